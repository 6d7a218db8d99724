package places

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/parallel"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

// firstOutcome is the measure compared where the address names none: the programme's own aim, a visit a month.
const firstOutcome = "household_coverage"

// Compare builds the page of pilots beside the rollout.
func Compare(ctx context.Context, r block.Request) (view.View, error) {
	report, seen, registered, err := compared(ctx, r, 0)
	if err != nil {
		return view.View{}, err
	}
	measure := report.Measure
	result, all := report.Result, report.All
	among, err := chosenSides(r)
	if err != nil {
		return view.View{}, err
	}
	pickers := append([]view.Picker{measurePicker(r, measure)}, sidePickers(r, report, among)...)
	if among.With != "" {
		v, err := againstRollout(r, report, among)
		v.Pickers = pickers
		return v, err
	}
	v := view.View{Heading: fmt.Sprintf("%s · %s", block.Heading(r), measure.Name.In(r.Lang)), Headline: comparedHeadline(r, result),
		Sentences: report.Said(r.Lang), Pickers: pickers,
		Blocks: block.EntryAnswer(r, exportPlans, PlanRefusals(r.Language))}
	answer, err := answered(r, report)
	if err != nil {
		return v, err
	}
	curves, err := curves(ctx, r, seen, measure)
	if err != nil {
		return v, err
	}
	beside := view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{curves}}, {Span: 6, Blocks: []view.Block{outcomesPicture(r, all, result)}}}}
	after, err := belowTheAnswer(r, report)
	if err != nil {
		return v, err
	}
	v.Blocks = append(append(append(v.Blocks, answer, beside), after...), startGroups(r, report)...)
	if t := outcomesTable(r, all, result); t != nil {
		v.Blocks = append(v.Blocks, t)
	}
	v.Blocks = append(append(v.Blocks, planBlocks(r, registered)...), grounds(r, result))
	return v, nil
}

// Compared gathers what is said of the measure that the request names, for the page and for whoever asks without one. Whatever is drawn
// by lot is drawn by the seed; 0 means 1.
func Compared(ctx context.Context, r block.Request, seed uint64) (compare.Report, error) {
	report, _, _, err := compared(ctx, r, seed)
	return report, err
}

// compared reads the measure that the address names, else the plan's main outcome, else the programme's own aim.
func compared(ctx context.Context, r block.Request, seed uint64) (report compare.Report, seen panels, registered plans, err error) {
	if registered, err = r.Plans(ctx, r.Visitor, r.Month); err != nil {
		return report, seen, registered, err
	}
	id := cmp.Or(r.Params.Get("measure"), registered.registered().Main(), firstOutcome)
	measure, ok := queries.MeasureOf(id)
	if !ok || !measure.At(facts.LevelVillage) {
		return report, seen, registered, fmt.Errorf("%w: measure=%s", question.ErrBadFilter, id)
	}
	if seen, err = readPanels(ctx, r, measure); err != nil {
		return report, seen, registered, err
	}
	chosen, err := chosenSides(r)
	if err != nil {
		return report, seen, registered, err
	}
	seen.seed, seen.villages = seed, compare.Sides{Pilot: chosen.Pilot}.Of(compare.Panel{Villages: seen.villages}).Villages
	of := seen.panel(measure)
	result := compare.Compare(of)
	all, err := seen.outcomes(ctx, result)
	if err != nil {
		return report, seen, registered, err
	}
	known := compare.Known{Plan: registered.registered(), Plans: len(registered), Chosen: chosen.Pilot != "", Hands: seen.hands(result.Design), Apart: apart(r), Supports: map[string][]string{}, NoSupports: len(r.Supports) == 0}
	if n := registered.newest(); n != nil {
		known.PlannedOn = n.EnteredAt
	}
	for _, s := range r.Supports {
		known.Supports[s.Village] = append(known.Supports[s.Village], facts.FirstSeven(s.Started))
	}
	return compare.ReportOf(of, result, all, known), seen, registered, nil
}

// peoplePerHand is the measure that villages are split by to see whether those with many hands gained more.
const peoplePerHand = "people_per_hand"

// hands are the people per hand of each village at the end of the months before the start.
func (p panels) hands(d compare.Design) map[string]float64 {
	all := map[string]float64{}
	if len(d.Before) == 0 {
		return all
	}
	last := slices.Index(p.months, d.Before[len(d.Before)-1])
	for _, u := range p.units {
		if series := p.values.Series(peoplePerHand, u.ID, p.months); last < len(series) && !math.IsNaN(series[last].Value) {
			all[u.ID] = series[last].Value
		}
	}
	return all
}

// apart is how far villages lie from each other on the town's own map; nil where it has none, or none that can be read: the page Standards
// says what is wrong with it.
func apart(r block.Request) compare.Apart {
	if r.Map == nil {
		return nil
	}
	own, err := r.Map()
	if err != nil || own.Hash == "" {
		return nil
	}
	return own.Match(records.VillagesOfMap(r)).Apart
}

// comparedHeadline is the verdict in one line. What is clearly worse is set apart.
func comparedHeadline(r block.Request, result compare.Result) view.Headline {
	if result.Verdict == compare.Worsened {
		return view.Headline{Weak: result.Headline(r.Lang)}
	}
	return view.Headline{Rest: result.Headline(r.Lang)}
}

// answered is the first row: the number with its interval, the course of the difference, and the conditions. Where nothing can be
// estimated it says why.
func answered(r block.Request, report compare.Report) (view.Block, error) {
	result := report.Result
	if result.Verdict == compare.NotEstimable {
		why := &view.Notice{Frame: view.Frame{ID: "effect", Language: r.Language, State: view.Empty,
			Title: r.T("试点村与对照村之差", "Pilots less others"), Reason: result.Words(r.Lang), Next: r.T("换一个月份，或另选一项指标。", "Choose another month or another measure.")}}
		if result.Design.Obstacle == compare.NotYet {
			return view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{why}}, {Span: 6, Blocks: []view.Block{checkedDesign(r, report)}}}}, nil
		}
		return view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{why}}}}, nil
	}
	events, err := eventPlot(r, result)
	if err != nil {
		return nil, err
	}
	return view.Row{Parts: []view.Part{{Span: 4, Blocks: append([]view.Block{effectTile(r, report), effectPicture(r, result)}, besideTheNumber(r, report)...)},
		{Span: 4, Blocks: []view.Block{events, extension(r, report)}}, {Span: 4, Blocks: []view.Block{conditions(r, report)}}}}, nil
}

// besideTheNumber says whether the plan came first, what it cost, and which months are left out: nobody has to open the grounds for that.
func besideTheNumber(r block.Request, report compare.Report) []view.Block {
	said := slices.DeleteFunc([]string{report.AboutPlan(r.Lang), report.Costing(r.Lang), report.LeftOut(r.Lang)}, func(s string) bool { return s == "" })
	return []view.Block{view.Text{Paragraphs: said}}
}

// belowTheAnswer is what is read after the first screen: who joined when, both sides month by month, village by village.
func belowTheAnswer(r block.Request, report compare.Report) ([]view.Block, error) {
	result := report.Result
	var parts []view.Part
	if slices.ContainsFunc(r.Villages, func(u facts.Unit) bool { return u.ProgrammeStart != "" }) { // else no month is known to be before or since
		parts = append(parts, view.Part{Span: 6, Blocks: []view.Block{rollout(r, result)}})
	}
	if result.Verdict == compare.NotEstimable {
		return []view.Block{view.Row{Parts: parts}}, nil
	}
	raw, err := rawSeries(r, result)
	if err != nil {
		return nil, err
	}
	return []view.Block{view.Row{Parts: append(parts, view.Part{Span: 6, Blocks: []view.Block{raw}})},
		view.Row{Parts: []view.Part{{Span: 7, Blocks: []view.Block{comparedVillages(r, report)}}, {Span: 5, Blocks: []view.Block{halves(r, report)}}}}}, nil
}

// panels are the months of all measures that can be compared, village by village.
type panels struct {
	values   facts.Measured
	months   []string
	units    []facts.Unit
	villages []compare.Village
	sent     func([]facts.Value) []reading.Month
	seed     uint64 // of what is drawn by lot
}

// readPanels reads at once all measures that can be compared, and the one asked for.
func readPanels(ctx context.Context, r block.Request, asked queries.Measure) (panels, error) {
	ids := []string{asked.ID}
	for _, m := range queries.Measures() {
		if (compare.Comparable(m) || m.ID == peoplePerHand) && m.ID != asked.ID {
			ids = append(ids, m.ID)
		}
	}
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, ids...)
	p := panels{values: values, months: r.MonthsUpTo(), units: slices.Clone(r.Villages), sent: r.Delivered}
	slices.SortStableFunc(p.units, func(a, b facts.Unit) int { return compareStarts(a.ProgrammeStart, b.ProgrammeStart) })
	p.villages = ComparedVillages(r)
	return p, err
}

// panel is one measure of the villages.
func (p panels) panel(m queries.Measure) compare.Panel {
	of := compare.Panel{Measure: m, Seed: p.seed, Months: p.months, Villages: p.villages, Series: map[string][]reading.Month{}}
	for _, u := range p.units {
		of.Series[u.ID] = p.sent(p.values.Series(m.ID, u.ID, p.months))
	}
	return of
}

// outcomes compares every measure that can be compared, so that nobody has to pick the one that looks best.
func (p panels) outcomes(ctx context.Context, chosen compare.Result) ([]compare.Result, error) {
	var measures []queries.Measure
	for _, m := range queries.Measures() {
		if m.ID == chosen.Measure.ID || compare.Comparable(m) {
			measures = append(measures, m)
		}
	}
	all, work := make([]compare.Result, len(measures)), make([]func(context.Context) error, 0, len(measures))
	for i, m := range measures {
		if m.ID == chosen.Measure.ID {
			all[i] = chosen
			continue
		}
		of := p.panel(m) // the values are read by one at a time
		work = append(work, func(context.Context) error { all[i] = compare.Glance(of); return nil })
	}
	return all, parallel.Do(ctx, work...)
}

// measurePicker offers every measure that can be compared.
func measurePicker(r block.Request, chosen queries.Measure) view.Picker {
	p := view.Picker{Name: "measure", Label: r.T("比较的指标", "Measure compared")}
	for _, m := range queries.Measures() {
		if compare.Comparable(m) || m.ID == chosen.ID {
			p.Choices = append(p.Choices, view.Choice{Value: m.ID, Name: m.Name.In(r.Lang), Chosen: m.ID == chosen.ID})
		}
	}
	return p
}

// comparedVillages lists every village's two windows, and what each pilot gained over the others.
func comparedVillages(r block.Request, report compare.Report) *view.Table {
	m := report.Measure
	t := &view.Table{ID: "compared", Stacked: true, Title: r.T("逐村变化：谁受益", "Village by village: who gained"),
		Note: r.T("时段内分子、分母各自求和后相除。比对照多：本村变化减对照村平均变化；区间按对照村之间的起伏推算，一个村的不作结论。基数小的只列出，不给区间。", "Numerators and denominators are summed over the window, then divided. Over the others: the village's change less their mean change; the interval follows from how much they differ among themselves, and one village is no verdict. On a small base there is no interval."),
		Columns: []view.Column{view.Words(r.T("村", "Village")), view.Words(r.T("在本次比较中", "In this comparison")), view.Rate(r.T("启动前", "Before"), ""), view.Rate(r.T("启动后", "After"), ""), view.Words(r.T("变化", "Change")),
			view.Words(r.T("比对照多", "Over the others")), view.Words(r.T("95% 区间", "95% interval"))}}
	row := func(x compare.Row, side, more, within string) []view.Cell {
		cell := func(v reading.Month) view.Cell {
			return view.Cell{Text: reading.Text(m, v.Value, r.Lang), Value: reading.Plain(reading.Shown(m, v.Value), reading.Decimals(m.Unit)+1), Base: reading.BaseOf(m, v.Numerator, v.Denominator, r.Lang),
				Num: reading.Plain(v.Numerator, 0), Den: reading.Plain(v.Denominator, 0)}
		}
		return []view.Cell{{Text: x.Name, Link: r.Link("village", question.In(x.ID))}, {Text: side}, cell(x.Before), cell(x.After), {Text: reading.Difference(m, x.Change(), r.Lang)}, {Text: more}, {Text: within}}
	}
	for _, g := range report.Gained {
		within := reading.Missing
		switch {
		case g.Small:
			within = r.T("基数小", "small base")
		case !math.IsNaN(g.Low):
			within = reading.DifferenceRange(m, g.Low, g.High, r.Lang)
		}
		t.Rows = append(t.Rows, row(g.Row, r.T("试点", "pilot"), reading.Difference(m, g.More, r.Lang), within))
	}
	for _, x := range report.Others {
		t.Rows = append(t.Rows, row(x, r.T("对照", "compared with"), reading.Missing, reading.Missing))
	}
	return t
}

// halves compares among villages with many and with few hands, and among those that began low and high.
func halves(r block.Request, report compare.Report) *view.Table {
	type half struct {
		name string
		of   compare.Result
	}
	var all []half
	for _, s := range report.Splits {
		all = append(all, half{s.Name(false, r.Lang), s.Low}, half{s.Name(true, r.Lang), s.High})
	}
	m := report.Measure
	t := &view.Table{ID: "halves", Stacked: true, Title: r.T("按人手和起点", "By hands and by level"), Note: r.T("各村按中位数分为两半，试点只与同一半的对照村比。村少，只列出，不另作结论。", "Villages are halved at the middle one; pilots are compared with the others of their half. Few villages: shown, not judged.")}
	view.Fill(t, all,
		view.Of(view.Words(r.T("哪些村", "Which villages")), func(h half) view.Cell { return view.Plain(h.name) }),
		view.Of(view.Number(r.T("试点", "Pilots")), func(h half) view.Cell { return view.Count(float64(len(h.of.Pilots))) }),
		view.Of(view.Number(r.T("对照", "Others")), func(h half) view.Cell { return view.Count(float64(len(h.of.Others))) }),
		view.Of(view.Words(r.T("差", "Difference")), func(h half) view.Cell { return view.Plain(reading.Difference(m, h.of.Effect, r.Lang)) }),
		view.Of(view.Words(r.T("95% 区间", "95% interval")), func(h half) view.Cell {
			if math.IsNaN(h.of.Low) {
				return view.Plain(reading.Missing)
			}
			return view.Plain(reading.DifferenceRange(m, h.of.Low, h.of.High, r.Lang))
		}))
	return t
}

// cohorts lists the effect by months since each village's own start.
func cohorts(r block.Request, result compare.Result) *view.Table {
	m := result.Measure
	t := &view.Table{ID: "cohorts", Title: r.T("按启动后月数", "By months since the start"), Folded: true,
		Note:    r.T("Callaway 与 Sant'Anna（2021），与当时尚未启动的村相比；每批只有两三个村，区间仅供参考。", "Callaway & Sant'Anna (2021), against villages not yet begun; with two or three villages a wave the intervals are a rough guide."),
		Columns: []view.Column{view.Number(r.T("启动后月数", "Months since")), view.Number(r.T("村数", "Villages")), view.Words(r.T("差", "Difference")), view.Words(r.T("95% 区间", "95% interval"))}}
	intervals := false
	for _, e := range result.Cohorts.Dynamic.Entries {
		att, ok := e.Att.Get()
		if !ok {
			continue
		}
		interval := reading.Missing
		if e.CI.Known() {
			intervals = true
			interval = reading.DifferenceRange(m, e.CI.Low.Value, e.CI.High.Value, r.Lang)
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: strconv.Itoa(e.Key)}, view.Count(float64(e.Treated)), {Text: reading.Difference(m, att, r.Lang)}, {Text: interval}})
	}
	if !intervals {
		t.Note = r.T("Callaway 与 Sant'Anna（2021），与当时尚未启动的村相比；每批的村太少，给不出区间。", "Callaway & Sant'Anna (2021), against villages not yet begun; the waves hold too few villages for intervals.")
	}
	return t
}

// standings say what an outcome is to the plan.
var standings = map[compare.Standing]data.Text{
	compare.MainOutcome: {Zh: "主要", En: "main"},
	compare.Secondary:   {Zh: "次要", En: "secondary"},
	compare.Exploratory: {Zh: "探索", En: "exploratory"},
	compare.Alone:       {Zh: reading.Missing, En: reading.Missing},
}

// outcomesTable lists every measure that can be compared; nil where none can be estimated.
func outcomesTable(r block.Request, all []compare.Result, chosen compare.Result) *view.Table {
	t := &view.Table{ID: "outcomes", Stacked: true, Title: r.T("所有可比指标", "Every measure that can be compared"),
		Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Words(r.T("差", "Difference")), view.Words(r.T("95% 区间", "95% interval")), view.Number(r.T("偶然可能性", "Chance")), view.Number(r.T("校正后", "Corrected")), view.Words(r.T("在方案中", "In the plan")), view.Words(r.T("初看", "At first sight"))}}
	judged := 0
	for _, result := range all {
		if !compare.Comparable(result.Measure) {
			continue
		}
		m := result.Measure
		p, interval := view.Cell{Text: reading.Missing}, reading.Missing
		if x, ok := result.P.Get(); ok {
			judged++
			p = view.Cell{Text: reading.Percent(x), Value: reading.Plain(x, 4)}
		}
		if !math.IsNaN(result.Low) {
			interval = reading.DifferenceRange(m, result.Low, result.High, r.Lang)
		}
		name := view.Cell{Text: m.Name.In(r.Lang), Link: r.Link("compare", question.With("measure", m.ID)), Note: r.Direction(m.Direction)}
		if m.ID == chosen.Measure.ID {
			name.Link = ""
		}
		adjusted := view.Cell{Text: reading.Missing}
		if x, ok := result.Family.P.Get(); ok {
			adjusted = view.Cell{Text: reading.Percent(x), Value: reading.Plain(x, 4)}
		}
		t.Rows = append(t.Rows, []view.Cell{name, {Text: reading.Difference(m, result.Effect, r.Lang)}, {Text: interval}, p, adjusted, {Text: standings[result.Family.Standing].In(r.Lang)}, {Text: result.Short(r.Lang)}})
	}
	if judged == 0 {
		return nil
	}
	t.Note = r.Tf("同时看%[1]d个指标，单凭运气也会有约%[2]s个看起来有变化：先定要看的指标，再看结果。“校正后”已把一并看的指标算进去：方案内的按顺序或一并校正，方案外的一并校正，控制误报比例。", "Of %[1]d measures looked at together about %[2]s would seem to have changed by luck alone: choose the measure first, then look. The corrected chance counts them all in: planned ones in their order or together, the others together, keeping the share of false findings low.",
		judged, reading.Decimal(float64(judged)*.05, 1))
	return t
}

// grounds is how it was compared and what must hold, folded.
func grounds(r block.Request, result compare.Result) view.Block {
	g := view.Grounds{ID: "assumptions", Title: r.T("依据：怎样比较，须有哪些前提", "Grounds: how it was compared, and what must hold"), Blocks: []view.Block{view.Lead{}}}
	if who := result.Who(r.Lang); len(who) > 0 {
		g.Blocks = append(g.Blocks, view.Section{Title: r.T("怎样比较", "How it was compared")}, view.Text{Paragraphs: who})
	}
	if result.Verdict == compare.NotEstimable {
		return g
	}
	if said := result.ByCohorts(r.Lang); said != "" {
		g.Blocks = append(g.Blocks, view.Section{ID: "cohorts", Title: r.T("按各村自己的启动时间", "By each village's own start"), Note: said}, cohorts(r, result))
	}
	g.Blocks = append(g.Blocks, view.Section{Title: r.T("这个数要成立，须有哪些前提", "What must hold for this number to mean what it says")}, view.Text{Paragraphs: result.Assumptions(r.Lang)})
	return g
}
