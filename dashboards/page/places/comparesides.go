package places

import (
	"fmt"
	"math"
	"slices"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

// chosenSides are the pilots and the villages beside them that the address names: all pilots and those not begun where it names none.
func chosenSides(r block.Request) (s compare.Sides, err error) {
	s = compare.Sides{Pilot: r.Params.Get("pilot"), With: r.Params.Get("with")}
	villages := ComparedVillages(r)
	if s.Pilot != "" && !slices.ContainsFunc(villages, func(v compare.Village) bool { return v.Pilot && v.ID == s.Pilot }) {
		return s, fmt.Errorf("%w: pilot=%s", question.ErrUnknownUnit, s.Pilot)
	}
	if s.With != "" && s.With != compare.Rollout && !slices.ContainsFunc(villages, func(v compare.Village) bool { return !v.Pilot && v.Start == s.With }) {
		return s, fmt.Errorf("%w: with=%s", question.ErrBadFilter, s.With)
	}
	return s, nil
}

// sidePickers offer which pilots are looked at and what beside: those not begun, the whole rollout, or one of its start groups. There are
// none where nobody has begun.
func sidePickers(r block.Request, report compare.Report, s compare.Sides) (pickers []view.Picker) {
	var pilots []compare.Village
	for _, v := range ComparedVillages(r) {
		if v.Pilot && v.Start != "" {
			pilots = append(pilots, v)
		}
	}
	if len(pilots) == 0 {
		return nil
	}
	who := view.Picker{Name: "pilot", Label: r.T("看哪些试点村", "Pilots looked at"), Choices: []view.Choice{{Name: r.N(len(pilots), "试点%d村", "%d pilot", "%d pilots"), Chosen: s.Pilot == ""}}}
	for _, v := range pilots {
		who.Choices = append(who.Choices, view.Choice{Value: v.ID, Name: r.T("试点 ", "pilot ") + v.Name, Chosen: v.ID == s.Pilot})
	}
	if len(pilots) > 1 {
		pickers = append(pickers, who)
	}
	beside := view.Picker{Name: "with", Label: r.T("与哪些村比", "Compared with"), Choices: []view.Choice{{Name: r.T("× 尚未启动的村", "× villages not begun"), Chosen: s.With == ""}}}
	if n := len(report.Others); n > 0 {
		beside.Choices[0].Name = r.Tf("× 尚未启动%d村", "× %d not begun", n)
	}
	rollout := 0
	var groups []view.Choice
	for _, g := range report.Groups {
		if g.Start != "" && !g.Pilot {
			rollout += len(g.Villages)
			groups = append(groups, view.Choice{Value: g.Start, Name: r.Tf("× %[2]s启动%[1]d村", "× %[1]d begun in %[2]s", len(g.Villages), r.MonthName(g.Start)), Chosen: g.Start == s.With})
		}
	}
	if rollout == 0 {
		return pickers
	}
	beside.Choices = append(beside.Choices, view.Choice{Value: compare.Rollout, Name: r.N(rollout, "× 推开%d村", "× rollout, %d village", "× rollout, %d villages"), Chosen: s.With == compare.Rollout})
	if len(groups) > 1 {
		beside.Choices = append(beside.Choices, groups...)
	}
	return append(pickers, beside)
}

// againstRollout is the page where pilots are set against villages that followed: the difference by months since each village's own start,
// its course, and every village of both sides. It carries no verdict on the programme, which both sides have.
func againstRollout(r block.Request, report compare.Report, s compare.Sides) (view.View, error) {
	v := view.View{Heading: fmt.Sprintf("%s · %s", block.Heading(r), report.Measure.Name.In(r.Lang))}
	report, ok := report.Beside(s)
	v.Headline = view.Headline{Rest: report.WavesHeadline(r.Lang)}
	back := view.Links{Links: []view.Link{{Text: r.T("回到与尚未启动的村的比较", "Back to the comparison with villages not begun"), Address: r.Link("compare", question.With("with", ""))}}}
	if !ok {
		v.Blocks = []view.Block{&view.Notice{Frame: view.Frame{ID: "waves", Language: r.Language, State: view.Empty, Title: r.T("试点与推开", "Pilots and rollout"),
			Reason: report.WavesNone(r.Lang), Next: r.T("换一个月份、一项指标或另一批村。", "Choose another month, another measure or another start group.")}}, back}
		return v, nil
	}
	waves, said := *report.Waves, report.WavesSaid(r.Lang)
	v.Sentences = []string{said}
	report.Waves = nil // said beside the number, and not again under the start groups
	m := waves.Measure
	before, after := sides(waves)
	value := func(x float64) string { return reading.Text(m, x, r.Lang) }
	tile := view.Stat{Label: r.N(len(waves.Design.After), "启动后%d个月：试点变化减推开变化", "Over %d month since the start: change in the pilots less change in the rollout", "Over %d months since the start: change in the pilots less change in the rollout"), Value: reading.Difference(m, waves.Effect, r.Lang), Tone: view.ToneQuiet,
		Reading: r.Tf("%[5]s%[1]s→%[2]s，推开%[6]d村%[3]s→%[4]s", "%[5]s %[1]s → %[2]s, %[6]d of the rollout %[3]s → %[4]s", value(before[0]), value(after[0]), value(before[1]), value(after[1]), r.N(len(waves.Pilots), "试点%d村", "%d pilot", "%d pilots"), len(waves.Others))}
	if !math.IsNaN(waves.Low) {
		tile.Interval = r.Within(reading.DifferenceRange(m, waves.Low, waves.High, r.Lang))
	}
	events, err := eventPlot(r, waves)
	if err != nil {
		return v, err
	}
	v.Blocks = append([]view.Block{view.Row{Parts: []view.Part{{Span: 4, Blocks: []view.Block{view.Stats{Tiles: []view.Stat{tile}}, effectPicture(r, waves), view.Text{Paragraphs: []string{said}}}}, {Span: 8, Blocks: []view.Block{events}}}},
		wavesVillages(r, waves)}, startGroups(r, report)...)
	v.Blocks = append(v.Blocks, back)
	return v, nil
}

// wavesVillages lists every village of both sides with its own start and its values before and since it.
func wavesVillages(r block.Request, waves compare.Result) *view.Table {
	type row struct {
		compare.Row
		side string
	}
	var rows []row
	for _, x := range waves.Pilots {
		rows = append(rows, row{x, r.T("试点", "pilot")})
	}
	for _, x := range waves.Others {
		rows = append(rows, row{x, r.T("推开", "rollout")})
	}
	m := waves.Measure
	value := func(x reading.Month) view.Cell {
		return view.Cell{Text: reading.Text(m, x.Value, r.Lang), Value: reading.Plain(reading.Shown(m, x.Value), reading.Decimals(m.Unit)+1), Base: reading.BaseOf(m, x.Numerator, x.Denominator, r.Lang),
			Num: reading.Plain(x.Numerator, 0), Den: reading.Plain(x.Denominator, 0)}
	}
	t := &view.Table{ID: "sides", Stacked: true, Title: r.T("两边各村", "The villages of both sides"),
		Note: r.Tf("启动前为各村自己启动前一年，启动后为启动后%s；分子、分母各自求和后相除。", "Before: the year before each village's own start. Since: the %s after it. Numerators and denominators are summed, then divided.", r.N(len(waves.Design.After), "%d个月", "month", "%d months"))}
	view.Fill(t, rows,
		view.Of(view.Words(r.T("村", "Village")), func(x row) view.Cell { return view.Cell{Text: x.Name, Link: r.Link("village", question.In(x.ID))} }),
		view.Of(view.Words(r.T("哪一边", "Side")), func(x row) view.Cell { return view.Plain(x.side) }),
		view.Of(view.Words(r.T("启动", "Began")), func(x row) view.Cell { return view.Plain(r.MonthName(x.Start)) }),
		view.Of(view.Rate(r.T("启动前", "Before"), ""), func(x row) view.Cell { return value(x.Before) }),
		view.Of(view.Rate(r.T("启动后", "Since"), ""), func(x row) view.Cell { return value(x.After) }),
		view.Of(view.Words(r.T("变化", "Change")), func(x row) view.Cell { return view.Plain(reading.Difference(m, x.Change(), r.Lang)) }))
	return t
}
