package block

import (
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// ToneOf is the tone of a reading: only a signal has a direction, and only what cannot be judged is grey.
func ToneOf(read reading.Reading) view.Tone {
	switch read.Variation {
	case reading.Improving:
		return view.ToneBetter
	case reading.Worsening:
		return view.ToneWorse
	case reading.NotEnough:
		return view.ToneQuiet
	default:
		return view.ToneNone
	}
}

// variationWords and assuranceWords name the icons.
var (
	variationWords = map[reading.Variation]data.Text{
		reading.Improving: {Zh: "改善信号", En: "signal of improvement"},
		reading.Worsening: {Zh: "变差信号", En: "signal of worsening"},
		reading.Common:    {Zh: "正常波动", En: "common variation"},
		reading.Shift:     {Zh: "明显变化，不分好坏", En: "clear change, neither good nor bad"},
		reading.NotEnough: {Zh: "暂不评价", En: "not judged"},
		reading.Unread:    {Zh: "截至月末或累计的数，不按波动评价", En: "a stock, not read as variation"},
	}
	assuranceWords = map[reading.Assurance]data.Text{
		reading.Met:       {Zh: "达到目标", En: "target met"},
		reading.Missed:    {Zh: "达不到目标", En: "target missed"},
		reading.HitOrMiss: {Zh: "目标时达时不达", En: "target hit or missed by chance"},
		reading.NoTarget:  {Zh: "没有目标，或不判断", En: "no target, or not judged"},
	}
	assuranceLetters = map[reading.Assurance]data.Text{
		reading.Met: {Zh: "达", En: "P"}, reading.Missed: {Zh: "未", En: "F"}, reading.HitOrMiss: {Zh: "?", En: "?"},
	}
)

// Mark makes the icon pair of a reading. The interval stands beside the value and not in the words of the icon.
func Mark(r Request, read reading.Reading) *view.Mark {
	m := &view.Mark{Variation: read.Variation, Assurance: read.Assurance, Target: assuranceLetters[read.Assurance].In(r.Lang),
		Varies: variationWords[read.Variation].In(r.Lang), Assured: assuranceWords[read.Assurance].In(r.Lang), Sentence: read.Sentence(r.Lang)}
	if read.Signal() {
		m.Letter = r.T("高", "H")
		if read.Sign < 0 {
			m.Letter = r.T("低", "L")
		}
	}
	return m
}

// ReadStat is a tile with the reading of its series and its change against the month compared with.
func ReadStat(r Request, own facts.Measured, id string) view.Stat {
	s := stat(r, own.At(id, r.Unit().ID, r.Month))
	read := r.Read(own.Series(id, r.Unit().ID, r.MonthsUpTo()))
	s.Reading, s.Tone, s.Mark = read.Sentence(r.Lang), ToneOf(read), Mark(r, read)
	s.Mark.Sentence = "" // it stands below the value
	if why := Partial(r, own.At(id, r.Unit().ID, r.Month)); why != "" {
		s.Reading = strings.TrimSpace(s.Reading + r.T("", " ") + r.T("（", "(") + why + r.T("）", ")"))
	}
	s.Interval, s.Tell = r.Within(read.Interval(r.Lang)), TellOf(r, *own.At(id, r.Unit().ID, r.Month).Measure)
	s.Change = changeSaid(r, own.At(id, r.Unit().ID, r.Month), Then(r, own, id, r.Unit().ID), false)
	return s
}

// ReadCell shows the last value of a series in a table: with its base, its interval, the icon pair of its reading and,
// for the download, the reading in words. It leads to where the value is shown at length.
func ReadCell(r Request, series []facts.Value) view.Cell {
	now := series[len(series)-1]
	read := r.Read(series)
	c := Cell(r, now)
	if !now.Known() {
		return c
	}
	c.Tone, c.Interval, c.Mark = ToneOf(read), read.Interval(r.Lang), Mark(r, read)
	c.Mark.Link = r.Link("measures", question.InUnit(r.UnitOf(now.Unit)), question.With("measure", now.Measure.ID))
	if read.Assurance == reading.NoTarget {
		c.Mark.Assured = "" // an empty icon in every cell would say nothing many times
	}
	c.Read = read.Sentence(r.Lang)
	return c
}

// readColumn heads cells of readCell.
func readColumn(r Request, id string) view.Column {
	c := Column(r, id)
	c.Read = true
	return c
}

// Markings are the icons with what each says, for those who see them for the first time.
func Markings(r Request) []view.Mark {
	var all []view.Mark
	explain := func(m view.Mark, zh, en string) { m.Sentence = r.T(zh, en); all = append(all, m) }
	varies := func(v reading.Variation, letter string) view.Mark {
		return view.Mark{Variation: v, Letter: letter, Varies: variationWords[v].In(r.Lang)}
	}
	assured := func(a reading.Assurance) view.Mark {
		return view.Mark{Assurance: a, Target: assuranceLetters[a].In(r.Lang), Assured: assuranceWords[a].In(r.Lang)}
	}
	explain(varies(reading.Improving, r.T("高", "H")), "超出偶然的变化，方向是好的；字为高或低。", "A change beyond chance, the better way; H is high, L is low.")
	explain(varies(reading.Worsening, r.T("低", "L")), "超出偶然的变化，方向是坏的，值得追问。", "A change beyond chance, the worse way: worth asking why.")
	explain(varies(reading.Shift, r.T("高", "H")), "超出偶然的变化，但这个指标不分好坏。", "A change beyond chance of a measure with no better way.")
	explain(varies(reading.Common, ""), "升降都在偶然范围内，不必追问单个数字。", "Ups and downs within chance: no single number needs explaining.")
	explain(varies(reading.NotEnough, ""), "月份太少、基数小、未满期或数据不足。", "Too few months, a small base, a month not ripe, or data too poor.")
	explain(varies(reading.Unread, ""), "截至月末的数或按期累计的数，各月相连，不按波动评价。", "Stands at the month's end or fills up: its months hang together and are not read as variation.")
	explain(assured(reading.Met), "按现有水平每月都能达到；月份不足12个的和截至月末的数，指当月已经达到。", "As things stand every month will meet it. With fewer than 12 months, or a figure of the month's end: this month meets it.")
	explain(assured(reading.Missed), "按现有水平、不改变做法就达不到；月份不足12个的和截至月末的数，指当月没有达到。", "As things stand no month will, unless the way of working changes. With fewer than 12 months, or a figure of the month's end: this month does not meet it.")
	for _, p := range []view.Position{view.Behind, view.Ahead} {
		all = append(all, view.Mark{Position: p, Placed: positionWords[p].In(r.Lang), Sentence: r.T("与同类单位（村与村、支部与全镇支部）比，超出99.8%界限；与圆形图标所说的自身变化是两回事。", "Beyond the 99.8% limit of its like (villages, or all branches of the town); not the same as its own course over time, which the circle tells.")})
	}
	explain(assured(reading.HitOrMiss), "有的月份能达到，有的不能，全凭偶然。", "Some months will and some will not, by chance alone.")
	return all
}
