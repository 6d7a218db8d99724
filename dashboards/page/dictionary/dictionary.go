package dictionary

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// rowsAtOnce is how many measures stand on one page of the dictionary.
const rowsAtOnce = 12

// entry is one measure with what the month says of it.
type entry struct {
	queries.Measure
	now  facts.Value
	read reading.Reading
	here bool // it is computed for the page's unit
}

// all is the page of all measures: how many could be judged this month, how they vary and whether they reach their targets, and the
// dictionary itself.
func all(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r), Sentences: []string{
		r.T("每个指标只定义一次，页面、报告、接口和导出都用同一定义。比率总是由分子与分母求和后再相除，从不对比率求平均。",
			"Each measure is defined once; pages, reports, API and downloads read that definition. Rates are made from summed numerators and denominators, never averaged.")}}
	var ids []string
	for _, m := range queries.Measures() {
		if m.At(r.Unit().Level) {
			ids = append(ids, m.ID)
		}
	}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), ids...)
	if err != nil {
		return v, err
	}
	var entries []entry
	for _, group := range language.GroupOrder {
		for _, m := range queries.Measures() {
			if m.Group != group {
				continue
			}
			e := entry{Measure: m, here: slices.Contains(ids, m.ID)}
			if e.here {
				series := own.Series(m.ID, r.Unit().ID, r.MonthsUpTo())
				e.now, e.read = series[len(series)-1], r.Read(series)
			}
			entries = append(entries, e)
		}
	}
	v.Headline = headline(r, entries)
	v.Blocks = []view.Block{view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{assured(r, entries)}}}}, list(r, entries), ofActions(r), view.Lead{}}
	return v, nil
}

// judged reports whether the month says of a measure that it varies as usual, or beyond it.
func (e entry) judged(r block.Request) bool {
	told := e.read.Variation == reading.Common || e.read.Variation == reading.Improving || e.read.Variation == reading.Worsening
	return e.here && told && !e.now.Small(r.Programme)
}

// headline says how many measures there are, how many could be judged, and how many of those vary beyond chance.
func headline(r block.Request, entries []entry) view.Headline {
	judged, better, worse := 0, 0, 0
	for _, e := range entries {
		if !e.judged(r) {
			continue
		}
		judged++
		switch e.read.Variation {
		case reading.Improving:
			better++
		case reading.Worsening:
			worse++
		default:
		}
	}
	if judged == 0 {
		return view.Headline{Rest: r.Tf("%d个指标各有唯一定义，本月均暂不评价", "%d measures are defined, none can be judged this month", len(entries))}
	}
	weak, rest := "", r.Tf("%[1]d个指标中本月可研判%[2]d个", "Of %[1]d measures %[2]d can be judged this month", len(entries), judged)
	if better > 0 {
		rest += r.Tf("，好转%d个", ", %d improve", better)
	}
	if worse > 0 {
		weak = r.Tf("%d个指标变差", "%d measures worsen", worse)
	}
	return block.HeadlineOf(r, weak, rest)
}

// assured sets the measures that have a target or vary beyond chance this month by how they vary and whether they reach their
// targets. The others are in the dictionary alone: of them there is nothing to be said.
func assured(r block.Request, entries []entry) *view.Assured {
	a := &view.Assured{Frame: view.Frame{ID: "assured", Language: r.Language, Title: r.Tf("%s：走势 × 目标", "%s: trend × target", r.MonthName(r.Month)), Note: r.T("点指标名看逐月数据和定义", "A name leads to its months and definition")}}
	usual := 0
	for _, e := range entries {
		if !e.judged(r) {
			continue
		}
		if e.read.Variation == reading.Common && e.read.Assurance == reading.NoTarget {
			usual++
			continue
		}
		shown := view.Value{X: e.now.Shown(), Text: e.now.Text(r.Lang)}
		if e.now.Share() {
			shown.Numerator, shown.Denominator = e.now.Num, e.now.Den
		}
		a.Measures = append(a.Measures, view.AssuredMeasure{Name: nameOf(r, e.Measure), Value: shown, Variation: e.read.Variation, Assurance: e.read.Assurance, Link: r.Link("measures", question.With("measure", e.ID))})
	}
	rest := len(entries) - len(a.Measures) - usual
	a.More, a.MoreLink = r.Tf("另有%[1]d个未定目标、属正常波动，%[2]d个本月只显示、不评价。", "%[1]d more have no target and vary as usual, %[2]d are shown this month and not judged.", usual, rest), "#table-measures"
	if len(a.Measures) == 0 {
		a.State, a.Reason = view.Empty, r.T("没有指标变好变差；月份少、基数小或未到可比的日子的，不评价。", "No measure changed; too few months, small bases and months not ripe are not judged.")
	}
	return a
}

func nameOf(r block.Request, m queries.Measure) string {
	if short := m.Short.In(r.Lang); short != "" {
		return short
	}
	return m.Name.In(r.Lang)
}

// list is the dictionary: what each measure is, what it stands on, how it may be read and where it stands.
func list(r block.Request, entries []entry) *view.Table {
	t := &view.Table{ID: "measures", Stacked: true, PageRows: rowsAtOnce, Title: r.T("指标词典", "The dictionary of measures")}
	pages := usedOnPages(r)
	view.Fill(t, entries,
		view.Of(view.Words(r.T("指标", "Measure")), func(e entry) view.Cell {
			return view.Cell{Text: e.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", e.ID)), Note: language.Groups[e.Group].In(r.Lang)}
		}),
		view.Of(view.Words(r.T("怎样算", "How it is made")), func(e entry) view.Cell { return view.Cell{Text: r.MadeOf(e.Measure), Note: e.Note.In(r.Lang)} }),
		view.Of(view.Words(r.T("最小基数", "Least base")), func(e entry) view.Cell { return view.Plain(leastBase(r, e.Measure)) }),
		view.Of(view.Words(r.T("目标", "Target")), func(e entry) view.Cell {
			return view.Cell{Text: block.Target(r, e.Measure), Note: r.Direction(e.Direction)}
		}),
		view.Of(view.Words(r.T("怎样看", "How to read it")), func(e entry) view.Cell { return view.Plain(readAs(r, e)) }),
		view.Of(view.Words(r.T("层级", "Levels")), func(e entry) view.Cell { return view.Plain(levels(r, e.Measure)) }),
		view.Of(view.Words(r.T("用在", "Where it stands")), func(e entry) view.Cell { return view.Plain(standsOn(r, pages(e.Measure))) }))
	return t
}

// ofActions are the measures of help itself, which are counted from what people typed and stand on the page of actions.
func ofActions(r block.Request) *view.Table {
	t := &view.Table{ID: "action-measures", Stacked: true, Title: r.T("帮扶措施的指标", "Measures of actions"),
		Note: r.T("由人填写的措施和薄弱信号算出，数值见“帮扶措施”页；填写措施不改变其他指标。", "Made from what people typed of actions and from the signals of weakness; the figures stand on the page Actions. No other measure changes by an action.")}
	view.Fill(t, signals.ActionMeasures(),
		view.Of(view.Words(r.T("指标", "Measure")), func(m signals.ActionMeasure) view.Cell {
			return view.Cell{Text: m.Name.In(r.Lang), Link: r.Link("actions") + "#table-action-measures"}
		}),
		view.Of(view.Words(r.T("分子", "Numerator")), func(m signals.ActionMeasure) view.Cell { return view.Plain(m.Numerator.In(r.Lang)) }),
		view.Of(view.Words(r.T("分母", "Denominator")), func(m signals.ActionMeasure) view.Cell {
			return view.Cell{Text: m.Denominator.In(r.Lang), Note: m.Note.In(r.Lang)}
		}),
		view.Of(view.Words(r.T("目标", "Target")), func(m signals.ActionMeasure) view.Cell {
			c := view.Cell{Text: reading.Missing, Note: r.Direction(m.Direction)}
			if target := m.TargetIn(r.Programme); target > 0 {
				c.Text = "≥ " + reading.Percent(target)
			}
			return c
		}))
	return t
}

// leastBase is below how many a rate is shown and not judged.
func leastBase(r block.Request, m queries.Measure) string {
	if !m.Rate() {
		return reading.Missing
	}
	return reading.Count(max(m.MinBase, float64(r.Programme.Reading.MinimumBase)))
}

// readAs says how the months of a measure may be held against each other.
func readAs(r block.Request, e entry) string {
	var said string
	switch e.Series {
	case queries.Stock:
		said = r.T("截至月末的数，只看增减", "what stands at the month's end: only its growth is read")
	case queries.Standing:
		said = r.T("截至月末，可与往月比，各月不能相加", "as it stands at the month's end: compared, never summed")
	case queries.Rolling:
		said = r.T("几个月合在一起算，相邻月份不作比较", "several months together: neighbouring months are not compared")
	case queries.Filling:
		said = r.T("半年或全年逐月累计，不与上月相比", "fills up over its half-year or year: not compared with last month")
	default:
		said = r.T("逐月单算，可与往月比", "each month by itself: compared with months before")
	}
	if e.here && e.read.Rules.RipeDays > 0 {
		said += r.Tf("；月末后满%d天才评价", "; judged %d days after the month's end", e.read.Rules.RipeDays)
	}
	return said
}

// standsOn names pages.
func standsOn(r block.Request, pages []question.Page) string {
	var names []string
	for _, p := range pages {
		names = append(names, p.Title.In(r.Lang))
	}
	return block.OrMissing(strings.Join(names, r.T("、", ", ")))
}
