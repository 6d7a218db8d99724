package page

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"hulian/dashboards/chart"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

func comparePage() Page {
	return Page{
		ID: "compare", Path: "/compare", Group: GroupPlaces, Takes: ByMonth, Params: []string{"measure"},
		Title:    data.Text{Zh: "试点与推开", En: "Pilot and rollout"},
		Question: data.Text{Zh: "试点村的变化是先锋户联带来的吗，有多大，有多大把握？", En: "Did pilot villages improve because of the programme, by how much, and how sure are we?"},
		Build:    buildCompare,
	}
}

// firstOutcome is the measure compared where the address names none: the programme's own aim, a visit a month.
const firstOutcome = "household_coverage"

func buildCompare(ctx context.Context, r Request) (View, error) {
	id := cmp.Or(r.Params.Get("measure"), firstOutcome)
	measure, ok := queries.MeasureOf(id)
	if !ok || !measure.At(LevelVillage) {
		return View{}, fmt.Errorf("%w: measure=%s", ErrBadFilter, id)
	}
	panels, err := r.panels(ctx, measure)
	if err != nil {
		return View{}, err
	}
	result := compare.Compare(panels(measure))
	v := View{Heading: fmt.Sprintf("%s · %s", r.heading(), measure.Name.In(r.Lang)), Sentences: append([]string{result.Words(r.Lang)}, result.Found(r.Lang)...)}
	if how := r.verdict(result); how.Text != "" {
		v.Blocks = append(v.Blocks, how)
	}
	if result.Design.Obstacle != compare.NoOutcomes {
		rollout, err := r.rollout(result)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, rollout)
	}
	if result.Verdict != compare.NotEstimable {
		blocks, err := r.compared(result)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, blocks...)
	}
	if outcomes := r.outcomes(panels, result); outcomes != nil {
		v.Blocks = append(v.Blocks, outcomes)
	}
	return v, nil
}

// panels reads all measures that can be compared, and the one asked for, and hands out each as a panel.
func (r Request) panels(ctx context.Context, asked queries.Measure) (func(queries.Measure) compare.Panel, error) {
	ids := []string{asked.ID}
	for _, m := range queries.Measures() {
		if compare.Comparable(m) && m.ID != asked.ID {
			ids = append(ids, m.ID)
		}
	}
	values, err := r.values(ctx, scope{level: LevelVillage, from: r.FirstMonth, to: r.Month}, ids...)
	if err != nil {
		return nil, err
	}
	months := r.MonthsUpTo()
	var villages []compare.Village
	for _, u := range r.Villages {
		villages = append(villages, compare.Village{ID: u.ID, Name: u.Name, Start: firstSeven(u.ProgrammeStart), Pilot: u.Phase == "pilot"})
	}
	return func(m queries.Measure) compare.Panel {
		p := compare.Panel{Measure: m, Months: months, Villages: villages, Series: map[string][]reading.Month{}}
		for _, u := range r.Villages {
			p.Series[u.ID] = r.delivered(values.series(m.ID, u.ID, months))
		}
		return p
	}, nil
}

func (r Request) verdict(result compare.Result) Callout {
	c := Callout{Title: r.T("怎样比较", "How it was compared")}
	for i, s := range result.Who(r.Lang) {
		if i > 0 {
			c.Text += r.T("", " ")
		}
		c.Text += s
	}
	return c
}

// rollout shows who joined when, up to the page's month.
func (r Request) rollout(result compare.Result) (Block, error) {
	months := r.MonthsUpTo()
	bars := chart.Bars{ID: "rollout", Label: r.T("各村启动时间", "When each village began"), Number: chart.Whole, Unit: r.T("月", "months"), Stacked: true,
		Parts: []chart.Part{{Name: r.T("启动前月数", "months before"), Colour: chart.GreyLight}, {Name: r.T("启动后月数", "months since"), Colour: chart.Blue}}}
	table := Table{ID: "rollout", Title: bars.Label, Columns: []Column{text(r.T("村", "Village")), text(r.T("启动", "Began")), text(r.T("阶段", "Phase")),
		text(r.T("在本次比较中", "In this comparison")), number(r.T("启动前月数", "Months before")), number(r.T("启动后月数", "Months since"))}}
	units := slices.Clone(r.Villages)
	slices.SortStableFunc(units, func(a, b Unit) int { return compareStarts(a.ProgrammeStart, b.ProgrammeStart) })
	for _, u := range units {
		before := 0
		for _, m := range months {
			if u.ProgrammeStart == "" || m < firstSeven(u.ProgrammeStart) {
				before++
			}
		}
		bars.Items = append(bars.Items, u.Name)
		bars.Parts[0].Values = append(bars.Parts[0].Values, float64(before))
		bars.Parts[1].Values = append(bars.Parts[1].Values, float64(len(months)-before))
		table.Rows = append(table.Rows, []Cell{{Text: u.Name, Link: r.Link("village", In(u.ID))}, {Text: orMissing(u.ProgrammeStart)}, {Text: r.phase(u.Phase)},
			{Text: r.side(result.Design, u.ID)}, countCell(float64(before)), countCell(float64(len(months) - before))})
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: bars.Label, Chart: drawn, Table: table, Note: r.Tf("自 %s 起逐月；蓝色为启动之后。", "By month from %s; blue: since the start.", r.FirstMonth)}, nil
}

// compareStarts sorts by date, those without one last.
func compareStarts(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "" || b != "" && a > b:
		return 1
	default:
		return -1
	}
}

func (r Request) phase(id string) string {
	switch id {
	case "pilot":
		return r.T("试点", "pilot")
	case "rollout":
		return r.T("推开", "rollout")
	default:
		return missing
	}
}

func (r Request) side(d compare.Design, id string) string {
	is := func(v compare.Village) bool { return v.ID == id }
	switch {
	case slices.ContainsFunc(d.Pilots, is):
		return r.T("试点", "pilot")
	case slices.ContainsFunc(d.Others, is):
		return r.T("对照", "compared with")
	case slices.ContainsFunc(d.Left, is):
		return r.T("时段内启动，不计", "began within the window, left out")
	default:
		return missing
	}
}

// compared draws the raw series, the event plot, and lists villages, cohorts and assumptions.
func (r Request) compared(result compare.Result) ([]Block, error) {
	raw, err := r.rawSeries(result)
	if err != nil {
		return nil, err
	}
	events, err := r.eventPlot(result)
	if err != nil {
		return nil, err
	}
	blocks := []Block{raw, events, r.comparedVillages(result)}
	if said := result.ByCohorts(r.Lang); said != "" {
		blocks = append(blocks, Section{ID: "cohorts", Title: r.T("按各村自己的启动时间", "By each village's own start"), Note: said}, r.cohorts(result))
	}
	return append(blocks, Section{ID: "assumptions", Title: r.T("这个数要成立，须有哪些前提", "What must hold for this number to mean what it says")},
		Text{Paragraphs: result.Assumptions(r.Lang)}), nil
}

// rawSeries is the means of both sides by month: what was seen, before anything is worked out.
func (r Request) rawSeries(result compare.Result) (Block, error) {
	m := result.Measure
	s := chart.Series{ID: "raw", Label: m.Name.In(r.Lang), Number: numberOf(m), Marks: []chart.Mark{{Month: result.Design.Start, Name: r.T("试点启动", "pilots begin")}}}
	pilots, others := chart.Line{Name: r.T("试点村平均", "pilots, mean"), Colour: chart.Blue}, chart.Line{Name: r.T("对照村平均", "others, mean"), Colour: chart.Dark, Dashed: true}
	table := Table{ID: "raw", Title: m.Name.In(r.Lang), Columns: []Column{text(r.T("月份", "Month")), number(pilots.Name), number(r.T("试点村数", "Pilots")), number(others.Name), number(r.T("对照村数", "Others"))}}
	for _, p := range result.Moments {
		s.Months = append(s.Months, p.Month)
		pilots.Values = append(pilots.Values, reading.Shown(m, p.Pilots))
		others.Values = append(others.Values, reading.Shown(m, p.Others))
		table.Rows = append(table.Rows, []Cell{{Text: p.Month}, r.meanCell(m, p.Pilots), countCell(float64(p.N1)), r.meanCell(m, p.Others), countCell(float64(p.N0))})
	}
	s.Lines = []chart.Line{pilots, others}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: r.Tf("原始数据：%s", "Raw series: %s", m.Name.In(r.Lang)), Chart: drawn, Table: table,
		Note: r.T("各村各算一份，取平均；对照村在整个时段内都没有启动。", "Each village counts once; the others had not begun in the whole window.")}, nil
}

func (r Request) meanCell(m queries.Measure, x float64) Cell {
	if math.IsNaN(x) {
		return Cell{Text: missing}
	}
	return Cell{Text: reading.Text(m, x, r.Lang), Value: plainNumber(reading.Shown(m, x), decimals(m.Unit)+1)}
}

// eventPlot is how far the two sides lie apart in each month, against the mean before the start.
func (r Request) eventPlot(result compare.Result) (Block, error) {
	m := result.Measure
	zero := 0.0
	s := chart.Series{ID: "events", Label: r.T("事件图", "Event plot"), Number: chart.OneDigit, Target: &zero, TargetName: r.T("启动前水平", "level before"),
		Marks: []chart.Mark{{Month: "0", Name: r.T("启动", "start")}}}
	line, band := chart.Line{Name: r.T("差", "difference"), Colour: chart.Blue}, chart.Band{Name: r.T("95 % 区间", "95 % interval"), Colour: chart.Blue}
	table := Table{ID: "events", Title: s.Label, Columns: []Column{number(r.T("启动后月数", "Months since")), text(r.T("月份", "Month")), text(r.T("差", "Difference")), text(r.T("95 % 区间", "95 % interval"))}}
	for _, p := range result.Moments {
		s.Months = append(s.Months, strconv.Itoa(p.Since))
		line.Values = append(line.Values, reading.Shown(m, p.Effect))
		band.Low, band.High = append(band.Low, reading.Shown(m, p.Low)), append(band.High, reading.Shown(m, p.High))
		interval := missing
		if !math.IsNaN(p.Low) {
			interval = reading.DifferenceRange(m, p.Low, p.High, r.Lang)
		}
		table.Rows = append(table.Rows, []Cell{{Text: strconv.Itoa(p.Since)}, {Text: p.Month}, {Text: reading.Difference(m, p.Effect, r.Lang)}, {Text: interval}})
	}
	s.Lines, s.Bands, s.Unit = []chart.Line{line}, []chart.Band{band}, r.changeUnit(m)
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	return &Chart{Title: r.Tf("试点村与对照村之差，按启动前后月数：%s", "Pilots less others, by months since the start: %s", m.Name.In(r.Lang)), Chart: drawn, Table: table,
		Note: r.T("以启动前平均差为零。启动之前应在零上下摆动；启动之后离开零的部分才是要解释的变化。两边各有三个村以上有数据的月份才画区间；村少，区间宽。",
			"Zero is the mean difference before. Before the start the line should swing about zero; what leaves zero after it is the change to explain. Intervals are drawn for months with three villages or more on each side; few villages make wide ones.")}, nil
}

// comparedVillages lists every village's two windows.
func (r Request) comparedVillages(result compare.Result) *Table {
	m := result.Measure
	t := &Table{ID: "compared", Stacked: true, Title: r.T("逐村变化", "Village by village"), Note: r.T("时段内分子、分母各自求和后相除。", "Numerators and denominators are summed over the window, then divided."),
		Columns: []Column{text(r.T("村", "Village")), text(r.T("在本次比较中", "In this comparison")), onBase(r.T("启动前", "Before"), ""), onBase(r.T("启动后", "After"), ""), text(r.T("变化", "Change"))}}
	row := func(x compare.Row, side string) []Cell {
		cell := func(v reading.Month) Cell {
			return Cell{Text: reading.Text(m, v.Value, r.Lang), Value: plainNumber(reading.Shown(m, v.Value), decimals(m.Unit)+1), Base: reading.BaseOf(m, v.Numerator, v.Denominator, r.Lang),
				Num: plainNumber(v.Numerator, 0), Den: plainNumber(v.Denominator, 0)}
		}
		return []Cell{{Text: x.Name, Link: r.Link("village", In(x.ID))}, {Text: side}, cell(x.Before), cell(x.After), {Text: reading.Difference(m, x.Change(), r.Lang)}}
	}
	for _, x := range result.Pilots {
		t.Rows = append(t.Rows, row(x, r.T("试点", "pilot")))
	}
	for _, x := range result.Others {
		t.Rows = append(t.Rows, row(x, r.T("对照", "compared with")))
	}
	return t
}

// cohorts lists the effect by months since each village's own start.
func (r Request) cohorts(result compare.Result) *Table {
	m := result.Measure
	t := &Table{ID: "cohorts", Title: r.T("按启动后月数", "By months since the start"), Folded: true,
		Note:    r.T("Callaway 与 Sant'Anna（2021），与当时尚未启动的村相比；每批只有两三个村，区间仅供参考。", "Callaway & Sant'Anna (2021), against villages not yet begun; with two or three villages a wave the intervals are a rough guide."),
		Columns: []Column{number(r.T("启动后月数", "Months since")), number(r.T("村数", "Villages")), text(r.T("差", "Difference")), text(r.T("95 % 区间", "95 % interval"))}}
	for _, e := range result.Cohorts.Dynamic.Entries {
		att, ok := e.Att.Get()
		if !ok {
			continue
		}
		interval := missing
		if e.CI.Known() {
			interval = reading.DifferenceRange(m, e.CI.Low.Value, e.CI.High.Value, r.Lang)
		}
		t.Rows = append(t.Rows, []Cell{{Text: strconv.Itoa(e.Key)}, countCell(float64(e.Treated)), {Text: reading.Difference(m, att, r.Lang)}, {Text: interval}})
	}
	return t
}

// glances are verdicts for looking through many measures: of twenty-five one is clear by luck, so that none of them may
// claim strong evidence or a colour before it is the one that was asked about.
var glances = map[compare.Verdict]data.Text{
	compare.Improved:     {Zh: "变好", En: "better"},
	compare.MaybeBetter:  {Zh: "可能变好", En: "perhaps better"},
	compare.Inconclusive: {Zh: "不能下结论", En: "no conclusion"},
	compare.MaybeWorse:   {Zh: "可能变差", En: "perhaps worse"},
	compare.Worsened:     {Zh: "变差", En: "worse"},
	compare.Changed:      {Zh: "有变化，不分好坏", En: "changed, neither way better"},
	compare.NotEstimable: {Zh: "无法估计", En: "not estimable"},
}

// outcomes compares every measure that can be compared, so that nobody has to pick the one that looks best; nil where
// none can be estimated.
func (r Request) outcomes(panels func(queries.Measure) compare.Panel, chosen compare.Result) *Table {
	t := &Table{ID: "outcomes", Stacked: true, Title: r.T("所有可比指标", "Every measure that can be compared"),
		Columns: []Column{text(r.T("指标", "Measure")), text(r.T("差", "Difference")), text(r.T("95 % 区间", "95 % interval")), number("p"), text(r.T("初看", "At first sight"))}}
	judged := 0
	for _, m := range queries.Measures() {
		if !compare.Comparable(m) {
			continue
		}
		result := chosen
		if m.ID != chosen.Measure.ID {
			result = compare.Glance(panels(m))
		}
		p, interval := Cell{Text: missing}, missing
		if x, ok := result.P.Get(); ok {
			judged++
			p = Cell{Text: reading.P(x), Value: plainNumber(x, 4)}
		}
		if !math.IsNaN(result.Low) {
			interval = reading.DifferenceRange(m, result.Low, result.High, r.Lang)
		}
		name := Cell{Text: m.Name.In(r.Lang), Link: r.Link("compare", With("measure", m.ID)), Note: r.direction(m.Direction)}
		if m.ID == chosen.Measure.ID {
			name.Link = ""
		}
		t.Rows = append(t.Rows, []Cell{name, {Text: reading.Difference(m, result.Effect, r.Lang)}, {Text: interval}, p, {Text: glances[result.Verdict].In(r.Lang)}})
	}
	if judged == 0 {
		return nil
	}
	t.Note = r.Tf("同时看 %[1]d 个指标，单凭运气也会有约 %[2]s 个的 p 不超过 5 %%：先定要看的指标，再看结果。", "Of %[1]d measures looked at together about %[2]s would have a p of 5 %% or less by luck alone: choose the measure first, then look.",
		judged, Decimal(float64(judged)*.05, 1))
	return t
}
