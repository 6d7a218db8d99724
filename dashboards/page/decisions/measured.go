package decisions

import (
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// countReading says what may be said of a measure of actions: why there is none, that its base is small, or how it stands against what the
// town has laid down; with how many are left out.
func countReading(r block.Request, c signals.ActionCount) (said string, tone view.Tone) {
	switch {
	case c.Without:
		return c.ActionMeasure.Without.In(r.Lang), view.ToneNone
	case c.Denominator == 0:
		said = c.None.In(r.Lang)
	case c.Denominator < r.Programme.Reading.MinimumBase:
		said = r.T("基数小，不作判断", "small base, not judged")
	case c.TargetIn(r.Programme) == 0:
		said = r.T("本镇没有规定目标，不作评价", "no target is laid down: not judged")
	default:
		said, tone = againstTarget(r, c)
	}
	if more := c.UntoldSaid(r.Lang); more != "" {
		said += r.Tf("；不计入：%s", "; not counted: %s", more)
	}
	return said, tone
}

// againstTarget holds a share against its target by its interval: a target within it is neither reached nor missed.
func againstTarget(r block.Request, c signals.ActionCount) (string, view.Tone) {
	target := c.TargetIn(r.Programme)
	low, high := facts.Wilson(float64(c.Numerator), float64(c.Denominator), 0.95)
	named := reading.Percent(c.TargetIn(r.Programme))
	switch {
	case low >= target:
		return r.Tf("达到目标%s", "the target of %s is reached", named), view.ToneBetter
	case high < target:
		return r.Tf("未达到目标%s", "the target of %s is missed", named), view.ToneWorse
	}
	return r.Tf("目标%s在波动范围之内，看不出达到没有", "the target of %s lies within chance: reached or not cannot be told", named), view.ToneNone
}

// countTile is a measure of actions as a tile.
func countTile(r block.Request, c signals.ActionCount) view.Stat {
	s := view.Stat{Label: c.Name.In(r.Lang), Value: reading.Missing}
	s.Reading, s.Tone = countReading(r, c)
	if !c.Without && c.Denominator > 0 {
		s.Value, s.Base = reading.Percent(float64(c.Numerator)/float64(c.Denominator)), reading.Base(float64(c.Numerator), float64(c.Denominator))
		s.Interval = r.Within(reading.ShareRange(facts.Wilson(float64(c.Numerator), float64(c.Denominator), 0.95)))
	}
	return s
}

// countsTable says of every measure of actions what it counts, how it stands and what may be said of it.
func countsTable(r block.Request, b Book, counts []signals.ActionCount) *view.Table {
	t := &view.Table{ID: "action-measures", Stacked: true, Title: r.T("帮扶本身办得怎样", "How help itself is done") + ofSeen(r, b)}
	view.Fill(t, counts,
		view.Of(view.Words(r.T("指标", "Measure")), func(c signals.ActionCount) view.Cell { return view.Cell{Text: c.Name.In(r.Lang)} }),
		view.Of(view.Rate(r.T("比例", "Share"), "%"), func(c signals.ActionCount) view.Cell {
			if c.Without {
				return view.Cell{Text: reading.Missing}
			}
			cell := view.Share(float64(c.Numerator), float64(c.Denominator))
			if c.Denominator > 0 {
				cell.Interval = reading.ShareRange(facts.Wilson(float64(c.Numerator), float64(c.Denominator), 0.95))
			}
			return cell
		}),
		view.Of(view.Words(r.T("研判", "Reading")), func(c signals.ActionCount) view.Cell {
			said, tone := countReading(r, c)
			return view.Cell{Text: said, Tone: tone}
		}),
		view.Of(view.Words(r.T("怎样算", "How it is made")), func(c signals.ActionCount) view.Cell {
			return view.Cell{Text: madeOf(r, c.ActionMeasure), Note: c.Note.In(r.Lang)}
		}))
	for _, c := range counts {
		if c.Without && block.Decides(r) {
			t.More, t.MoreLink = r.T("在“工作标准”中规定几天内帮扶。", "Lay the days down on the page of the standards."), r.Link("standards", question.With("setting", "support.answer_days"))
		}
	}
	return t
}

func madeOf(r block.Request, m signals.ActionMeasure) string {
	return r.Tf("%[2]s；%[1]s", "Of %[2]s: %[1]s", m.Numerator.In(r.Lang), m.Denominator.In(r.Lang))
}

// countsSaid is how help itself is done in one sentence: every share with its base, and what is not known of it.
func countsSaid(r block.Request, b Book, counts []signals.ActionCount) string {
	var said []string
	for _, c := range counts {
		if c.Without || c.Denominator == 0 {
			continue
		}
		said = append(said, r.Tf("%[1]s %[2]s（%[3]s）", "%[1]s %[2]s (%[3]s)", strings.ToLower(c.Name.In(r.Lang)), reading.Percent(float64(c.Numerator)/float64(c.Denominator)), reading.Base(float64(c.Numerator), float64(c.Denominator))))
	}
	if len(said) == 0 {
		return r.Tf("帮扶本身办得怎样，还没有可以计算的指标%s。", "How help itself is done cannot be counted yet%s.", ofSeen(r, b))
	}
	return r.Tf("帮扶本身%[2]s：%[1]s。", "Help itself%[2]s: %[1]s.", strings.Join(said, r.T("，", ", ")), ofSeen(r, b))
}
