package places

import (
	"math"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

// startGroups sets the villages that began in the same month beside each other: a curve for each group, and a table by months since
// the start with before and after.
func startGroups(r block.Request, report compare.Report) []view.Block {
	groups := report.Groups
	if len(groups) == 0 || len(groups) == 1 && groups[0].Start == "" {
		return nil
	}
	blocks := []view.Block{view.Row{Parts: []view.Part{{Span: 4, Blocks: []view.Block{groupCurves(r, report.Panel, groups)}}, {Span: 8, Blocks: []view.Block{groupTable(r, report.Measure, groups)}}}}}
	if said := slices.DeleteFunc([]string{report.WavesSaid(r.Lang), report.BeforeAfter(r.Lang)}, func(s string) bool { return s == "" }); len(said) > 0 {
		blocks = append(blocks, view.Section{ID: "rollout-against", Title: r.T("试点与推开、启动前后", "Pilots and rollout, before and after")}, view.Text{Paragraphs: said})
	}
	return blocks
}

// groupName names a group by its month.
func groupName(r block.Request, g compare.Group) string {
	switch {
	case g.Start == "":
		return r.T("尚未启动", "not begun")
	case g.Pilot:
		return r.T("试点 ", "pilots ") + r.MonthName(g.Start)
	default:
		return r.MonthName(g.Start)
	}
}

func groupCurves(r block.Request, p compare.Panel, groups []compare.Group) *view.Multiples {
	m := p.Measure
	first := max(0, len(p.Months)-curveMonths)
	pictures := &view.Multiples{Frame: view.Frame{ID: "start-groups", Language: r.Language, Title: r.T("各批走势", "Start groups, each its own course"), Note: r.T("每批各村合并计算；虚线：本批启动；灰线：全部村", "The villages of a group together; dashed: its start; grey: all villages")},
		Axis: view.Axis{Suffix: strings.TrimSpace(r.Suffix(m.Unit))}}
	for i := first; i < len(p.Months); i++ {
		var numerator, of float64
		for _, g := range groups {
			numerator, of = numerator+g.Course[i].Numerator, of+g.Course[i].Denominator
		}
		pictures.Reference = append(pictures.Reference, reading.Shown(m, m.Scale*numerator/of))
	}
	for _, g := range groups[:min(len(groups), mostCurves)] {
		panel := view.Panel{Name: groupName(r, g), Badge: r.N(len(g.Villages), "%d个村", "%d village", "%d villages"), Mark: -1, Unknown: r.T("没有数据", "no data")}
		for i, month := range p.Months[first:] {
			panel.Trend.Months, panel.Trend.Values = append(panel.Trend.Months, month), append(panel.Trend.Values, reading.Shown(m, g.Course[first+i].Value))
			panel.Trend.Hollow = append(panel.Trend.Hollow, false)
			if month == g.Start {
				panel.Mark, panel.MarkText = i, r.T("启动 ", "began ")+r.MonthName(month)
			}
			if !math.IsNaN(g.Course[first+i].Value) {
				panel.Unknown = ""
			}
		}
		pictures.Panels = append(pictures.Panels, panel)
	}
	if len(groups) > mostCurves {
		pictures.More, pictures.MoreLink = r.Tf("最先启动的%[1]d批，共%[2]d批。", "The first %[1]d of %[2]d groups.", mostCurves, len(groups)), "#table-by-start"
	}
	return pictures
}

// groupTable is before and after for every group, by months since its start, with what such a comparison cannot tell.
func groupTable(r block.Request, m queries.Measure, groups []compare.Group) *view.Table {
	t := &view.Table{ID: "by-start", Stacked: true, Title: r.T("各批启动前后", "Before and after, by start group"),
		Note: r.T("启动前为启动前一年；同一列各批启动后的月数相同。只比前后，分不清是先锋户联的作用还是季节、其他政策等同期变化：结论看上面与尚未启动的村的比较。", "Before is the year before the start; in a column all groups have had the programme equally long. Before and after alone cannot tell the programme from the season or other policies: the conclusion is the comparison above with villages not yet begun.")}
	value := func(x reading.Month) view.Cell {
		if math.IsNaN(x.Value) {
			return view.Cell{Text: reading.Missing}
		}
		return view.Cell{Text: reading.Text(m, x.Value, r.Lang), Value: reading.Plain(reading.Shown(m, x.Value), reading.Decimals(m.Unit)+1), Base: reading.BaseOf(m, x.Numerator, x.Denominator, r.Lang),
			Num: reading.Plain(x.Numerator, 0), Den: reading.Plain(x.Denominator, 0)}
	}
	titles := []string{r.T("启动后0–2月", "Months 0–2"), r.T("3–5月", "3–5"), r.T("6–8月", "6–8"), r.T("9月及以上", "9 and more")}
	columns := []view.ColumnOf[compare.Group]{
		view.Of(view.Words(r.T("批次", "Group")), func(g compare.Group) view.Cell { return view.Plain(groupName(r, g)) }),
		view.Of(view.Number(r.T("村数", "Villages")), func(g compare.Group) view.Cell { return view.Count(float64(len(g.Villages))) }),
		view.Of(view.Rate(r.T("启动前", "Before"), ""), func(g compare.Group) view.Cell { return value(g.Before) }),
	}
	for i, title := range titles {
		if !slices.ContainsFunc(groups, func(g compare.Group) bool { return g.Start != "" && !math.IsNaN(g.Since[i].Value) }) {
			continue
		}
		columns = append(columns, view.Of(view.Rate(title, ""), func(g compare.Group) view.Cell {
			if g.Start == "" {
				return view.Cell{Text: reading.Missing}
			}
			return value(g.Since[i])
		}))
	}
	columns = append(columns, view.Of(view.Words(r.T("最近比启动前", "Latest less before")), func(g compare.Group) view.Cell {
		if g.Start == "" {
			return view.Cell{Text: reading.Missing}
		}
		return view.Plain(reading.Difference(m, g.Latest().Value-g.Before.Value, r.Lang))
	}))
	view.Fill(t, groups, columns...)
	return t
}

// extension is what the programme may bring in the villages where it has not shown yet, or why nothing is said of that.
func extension(r block.Request, report compare.Report) view.Block {
	heading, between, said := report.Extended(r.Lang)
	if heading == "" {
		return &view.Notice{Frame: view.Frame{ID: "extension", Language: r.Language, State: view.Empty, Title: r.T("若其余的村也做到试点那样", "If the other villages do as well"), Reason: said}}
	}
	return view.Stats{Tiles: []view.Stat{{Label: heading, Value: between, Reading: said}}}
}

// gainTile is the result in things, summed over the months compared; none where it cannot be counted.
func gainTile(r block.Request, report compare.Report) []view.Stat {
	result := report.Result
	g, counted := result.Gain()
	if !counted {
		return nil
	}
	m := result.Measure
	_, after := sides(result)
	t := view.Stat{Label: r.Tf("%[1]s%[2]s累计", "In the %[1]s, summed over %[2]s", r.N(g.Villages, "试点%d个村", "%d pilot", "%d pilots"), r.N(g.Months, "%d个月", "%d month", "%d months")), Value: whole(g.More), Tone: toneOf(result),
		Reading: r.Tf("%[1]s：观察到%[2]s，若无先锋户联预计%[3]s；按月累计，同一对象每月计一次。", "%[1]s: %[2]s seen, %[3]s expected without the programme; summed by the month, each counts once a month.", m.Numerator.In(r.Lang),
			reading.Text(m, after[0], r.Lang), reading.Text(m, after[0]-result.Effect, r.Lang))}
	if !math.IsNaN(g.Low) {
		t.Interval = r.Within(whole(g.Low) + r.T(" 至 ", " to ") + whole(g.High))
	}
	return []view.Stat{t}
}

// whole is a whole number with its sign.
func whole(x float64) string {
	if math.Round(x) > 0 {
		return "+" + reading.Count(math.Round(x))
	}
	return reading.Count(math.Round(x))
}

// checkedDesign is what a pilot that has not begun could find, line by line.
func checkedDesign(r block.Request, report compare.Report) *view.Table {
	smallest := math.NaN()
	if report.Plan != nil && report.Plan.Main() == report.Measure.ID {
		smallest = report.Plan.Smallest
	}
	lines, _ := compare.Beforehand(report.Panel, smallest, r.Lang)
	t := &view.Table{ID: "design", Title: r.T("启动前的设计检查", "The design, checked before the start"), Note: r.T("最小变化由各村过去的起伏推算。", "The smallest change follows from how much the villages moved in the past.")}
	view.Fill(t, lines, view.Of(view.Words(r.T("项目", "Item")), func(l compare.Line) view.Cell { return view.Plain(l.Name) }), view.Of(view.Words(r.T("结果", "Result")), func(l compare.Line) view.Cell { return view.Plain(l.Text) }))
	return t
}
