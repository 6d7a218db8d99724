package places

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
)

// What one picture can show of a large town: more could not be read, and would be most of the page.
const (
	mostCurves   = 12 // villages with a curve of their own
	mostBars     = 20 // villages with a bar of their own; of more, each month of starts has one
	mostOutcomes = 10 // measures beside each other
)

// effectTile is the number that answers, with its interval.
func effectTile(r block.Request, report compare.Report) view.Stats {
	result := report.Result
	m := result.Measure
	before, after := sides(result)
	value := func(x float64) string { return reading.Text(m, x, r.Lang) }
	t := view.Stat{Label: r.T("试点村与对照村变化之差", "Change in the pilots less change in the others"), Value: reading.Difference(m, result.Effect, r.Lang), Tone: toneOf(result),
		Reading: r.Tf("%[5]s%[1]s→%[2]s，%[6]s%[3]s→%[4]s", "%[5]s %[1]s → %[2]s, %[6]s %[3]s → %[4]s", value(before[0]), value(after[0]), value(before[1]), value(after[1]), r.N(len(result.Pilots), "试点%d村", "%d pilot", "%d pilots"), r.N(len(result.Others), "对照%d村", "%d other", "%d others"))}
	if !math.IsNaN(result.Low) {
		t.Interval = r.Within(reading.DifferenceRange(m, result.Low, result.High, r.Lang))
	}
	return view.Stats{Tiles: append([]view.Stat{t}, gainTile(r, report)...)}
}

// sides are the means of pilots and others, before and after.
func sides(result compare.Result) (before, after [2]float64) {
	for i, rows := range [][]compare.Row{result.Pilots, result.Others} {
		for _, row := range rows {
			before[i] += row.Before.Value / float64(len(rows))
			after[i] += row.After.Value / float64(len(rows))
		}
	}
	return before, after
}

// toneOf is a tone where the verdict is one of strong evidence, and none elsewhere.
func toneOf(result compare.Result) view.Tone {
	switch result.Verdict {
	case compare.Improved:
		return view.ToneBetter
	case compare.Worsened:
		return view.ToneWorse
	case compare.Inconclusive, compare.NotEstimable:
		return view.ToneQuiet
	default:
		return view.ToneNone
	}
}

// effectPicture is the same number as a dot and a bar beside zero.
func effectPicture(r block.Request, result compare.Result) *view.Forest {
	row := outcomeRow(r, result, toneOf(result))
	row.Name = r.T("差", "Difference")
	far := math.Max(math.Abs(row.Low), math.Abs(row.High)) / 4 // so that zero never stands at the edge, where the name does
	low, high := math.Min(row.Low, 0)-far, math.Max(row.High, 0)+far
	return &view.Forest{Frame: view.Frame{ID: "effect", Language: r.Language}, Axis: view.Axis{Title: r.ChangeUnit(result.Measure), Min: &low, Max: &high}, Rows: []view.ForestRow{row}}
}

// outcomeRow is one outcome of a picture. Without an interval there is a dot alone.
func outcomeRow(r block.Request, result compare.Result, tone view.Tone) view.ForestRow {
	m := result.Measure
	row := view.ForestRow{Name: cmp.Or(m.Short.In(r.Lang), m.Name.In(r.Lang)), Low: reading.Shown(m, result.Low), High: reading.Shown(m, result.High),
		Estimate: view.Value{X: reading.Shown(m, result.Effect), Text: signed(reading.Shown(m, result.Effect), reading.Decimals(m.Unit)), Tone: tone}}
	if math.IsNaN(result.Low) {
		row.Low, row.High = row.Estimate.X, row.Estimate.X
	}
	return row
}

// signed writes a change with its sign.
func signed(x float64, decimals int) string {
	text := reading.Decimal(x, decimals)
	if x > 0 {
		return "+" + text
	}
	return text
}

// curves are the courses of the villages by start, each over the town's.
func curves(ctx context.Context, r block.Request, seen panels, m queries.Measure) (*view.Multiples, error) {
	p := &view.Multiples{Frame: view.Frame{ID: "curves", Language: r.Language, Title: r.T("各村走势（按启动先后）", "Each village's course, by start"), Note: r.T("虚线：本村启动；灰线：全镇", "Dashed: the village's start; grey: the town")},
		Axis: view.Axis{Suffix: strings.TrimSpace(r.Suffix(m.Unit))}}
	months := seen.months[max(0, len(seen.months)-curveMonths):]
	if m.At(facts.LevelTown) {
		own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), m.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range own.Series(m.ID, r.Town.ID, months) {
			p.Reference = append(p.Reference, v.Drawn())
		}
	}
	for _, u := range seen.units[:min(len(seen.units), mostCurves)] {
		p.Panels = append(p.Panels, curve(r, u, seen.values.Series(m.ID, u.ID, months)))
	}
	if len(seen.units) > mostCurves {
		p.More, p.MoreLink = r.Tf("最先启动的%[1]d个村，共%[2]d个。", "The first %[1]d of %[2]d villages to begin.", mostCurves, len(seen.units)), r.Link("measures", question.With("measure", m.ID))
	}
	if len(seen.units) == 0 {
		p.State, p.Reason = view.Empty, r.T("没有村的名册。", "There is no list of villages.")
	}
	return p, nil
}

// curveMonths is how many months a small curve shows.
const curveMonths = 24

func curve(r block.Request, u facts.Unit, series []facts.Value) view.Panel {
	p := view.Panel{Name: u.Name, Mark: -1, Badge: r.T("未启动", "not begun"), Link: r.Link("village", question.In(u.ID))}
	if start := facts.FirstSeven(u.ProgrammeStart); start != "" {
		p.MarkText = r.T("启动 ", "began ") + r.MonthName(start)
		p.Badge = r.MonthName(start)
		if u.Phase == "pilot" {
			p.Badge = r.T("试点 ", "pilot ") + p.Badge
		}
		p.Mark = slices.IndexFunc(series, func(v facts.Value) bool { return v.Month == start })
	}
	known := false
	for _, v := range series {
		p.Trend.Months, p.Trend.Values = append(p.Trend.Months, v.Month), append(p.Trend.Values, v.Drawn())
		p.Trend.Hollow = append(p.Trend.Hollow, v.Known() && block.Caution(r, v) != "")
		known = known || v.Known()
	}
	if !known {
		p.Unknown = r.T("没有数据", "no data")
	}
	return p
}

// outcomesPicture sets all shares beside each other, the one asked for first, then the clearest. Its colours say no more than the
// table: only the measure that was asked about may carry one.
func outcomesPicture(r block.Request, all []compare.Result, chosen compare.Result) *view.Forest {
	f := &view.Forest{Frame: view.Frame{ID: "all-outcomes", Language: r.Language, Title: r.T("全部指标", "All measures"), Note: r.T("点与95%区间；点击换一项指标；★为方案的主要指标", "Dot and 95% interval; click for its comparison; ★ the plan's main outcome")}, Axis: view.Axis{Title: r.T("百分点", "percentage points")}}
	var known []compare.Result
	for _, result := range all {
		repeats := result.Measure.BeyondDoubt() && result.Measure.ID != chosen.Measure.ID // its plain measure, less a few rows
		if result.Measure.Unit == "share" && result.Verdict != compare.NotEstimable && !repeats {
			known = append(known, result)
		}
	}
	slices.SortStableFunc(known, func(a, b compare.Result) int {
		if first := a.Measure.ID == chosen.Measure.ID; first != (b.Measure.ID == chosen.Measure.ID) {
			return map[bool]int{true: -1, false: 1}[first]
		}
		return cmp.Compare(a.P.Or(1), b.P.Or(1))
	})
	for _, result := range known[:min(len(known), mostOutcomes)] {
		tone := view.ToneQuiet
		switch {
		case result.Measure.ID == chosen.Measure.ID:
			tone = toneOf(result)
		case result.Verdict != compare.Inconclusive:
			tone = view.ToneNone
		}
		row := outcomeRow(r, result, tone)
		if result.Family.Standing == compare.MainOutcome {
			row.Name = "★ " + row.Name
		}
		if result.Measure.ID != chosen.Measure.ID {
			row.Estimate.Link = r.Link("compare", question.With("measure", result.Measure.ID))
		}
		f.Rows = append(f.Rows, row)
	}
	switch {
	case len(known) == 0:
		f.State, f.Reason = view.Empty, r.T("没有可以估计的指标。", "No measure can be estimated.")
	case len(known) > mostOutcomes:
		f.More, f.MoreLink = r.Tf("把握较大的%[1]d项，共%[2]d项。", "The %[1]d clearest of %[2]d.", mostOutcomes, len(known)), "#table-outcomes"
	}
	return f
}

// rollout shows who joined when. Of many villages it shows how many joined in each month.
func rollout(r block.Request, result compare.Result) *view.Gantt {
	g := &view.Gantt{Frame: view.Frame{ID: "rollout", Language: r.Language, Title: r.T("各村何时启动", "When each village began"), Note: r.T("虚线：数据截至；菱形：帮扶", "Dashed: data as of; diamond: support")}, Months: r.MonthsUpTo(), Now: r.Month}
	units := slices.Clone(r.Villages)
	slices.SortStableFunc(units, func(a, b facts.Unit) int { return compareStarts(a.ProgrammeStart, b.ProgrammeStart) })
	if len(units) > 0 { // the months before anybody began show nothing
		first := slices.IndexFunc(g.Months, func(month string) bool { return month >= facts.FirstSeven(units[0].ProgrammeStart) })
		g.Months = g.Months[max(0, min(first, len(g.Months)-1)-monthsAhead):]
	}
	if len(units) > mostBars {
		g.Rows = waves(r, units)
		return g
	}
	for _, u := range units {
		row := view.GanttRow{Name: u.Name, Link: r.Link("village", question.In(u.ID)), From: u.ProgrammeStart, Text: phase(r, u.Phase), Tone: view.ToneQuiet, Planned: facts.FirstSeven(u.ProgrammeStart) > r.Month}
		if side := side(r, result.Design, u.ID); side != reading.Missing && side != row.Text {
			row.Text += r.T("，", ", ") + side
		}
		if u.Phase == "pilot" {
			row.Tone = view.ToneNone
		}
		if u.ProgrammeStart == "" {
			row.Unknown = r.T("没有启动日期", "no start is recorded")
		}
		for _, s := range r.Supports {
			if s.Village == u.ID && facts.FirstSeven(s.Started) <= r.Month {
				row.Marks = append(row.Marks, view.GanttMark{At: s.Started, Text: r.Word("supports", "kind", s.Kind)})
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// monthsAhead is how many months before the first start the picture of starts begins.
const monthsAhead = 2

// waves are the villages that began in one month, a row each.
func waves(r block.Request, units []facts.Unit) []view.GanttRow {
	var rows []view.GanttRow
	for len(units) > 0 {
		start := facts.FirstSeven(units[0].ProgrammeStart)
		n := slices.IndexFunc(units, func(u facts.Unit) bool { return facts.FirstSeven(u.ProgrammeStart) != start })
		if n < 0 {
			n = len(units)
		}
		row := view.GanttRow{Name: r.N(n, "%d个村", "%d village", "%d villages"), From: start, Text: r.MonthName(start), Planned: start > r.Month}
		if start == "" {
			row.Text, row.Unknown = "", r.T("没有启动日期", "no start is recorded")
		}
		rows, units = append(rows, row), units[n:]
	}
	return rows
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

func phase(r block.Request, id string) string {
	switch id {
	case "pilot":
		return r.T("试点", "pilot")
	case "rollout":
		return r.T("推开", "rollout")
	default:
		return reading.Missing
	}
}

func side(r block.Request, d compare.Design, id string) string {
	is := func(v compare.Village) bool { return v.ID == id }
	switch {
	case slices.ContainsFunc(d.Pilots, is):
		return r.T("试点", "pilot")
	case slices.ContainsFunc(d.Others, is):
		return r.T("对照", "compared with")
	case slices.ContainsFunc(d.Left, is):
		return r.T("时段内启动，不计", "began within the window, left out")
	default:
		return reading.Missing
	}
}

// rawSeries is the means of both sides by month: what was seen, before anything is worked out.
func rawSeries(r block.Request, result compare.Result) (view.Block, error) {
	m := result.Measure
	s := chart.Series{Lang: r.Lang, ID: "raw", Label: m.Name.In(r.Lang), Number: block.NumberOf(m), Marks: []chart.Mark{{Month: result.Design.Start, Name: r.T("试点启动", "pilots begin")}}}
	pilots, others := chart.Line{Name: r.T("试点村平均", "pilots, mean"), Colour: chart.Blue}, chart.Line{Name: r.T("对照村平均", "others, mean"), Colour: chart.Dark, Dashed: true}
	table := view.Table{ID: "raw", Title: m.Name.In(r.Lang), Columns: []view.Column{view.Words(r.T("月份", "Month")), view.Number(pilots.Name), view.Number(r.T("试点村数", "Pilots")), view.Number(others.Name), view.Number(r.T("对照村数", "Others"))}}
	for _, p := range result.Moments {
		s.Months = append(s.Months, p.Month)
		pilots.Values = append(pilots.Values, reading.Shown(m, p.Pilots))
		others.Values = append(others.Values, reading.Shown(m, p.Others))
		table.Rows = append(table.Rows, []view.Cell{{Text: p.Month}, meanCell(r, m, p.Pilots), view.Count(float64(p.N1)), meanCell(r, m, p.Others), view.Count(float64(p.N0))})
	}
	s.Lines = []chart.Line{pilots, others}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: r.Tf("原始数据：%s", "Raw series: %s", m.Name.In(r.Lang)), Chart: drawn, Table: table,
		Note: r.T("各村各算一份，取平均；对照村在整个时段内都没有启动。", "Each village counts once; the others had not begun in the whole window.")}, nil
}

func meanCell(r block.Request, m queries.Measure, x float64) view.Cell {
	if math.IsNaN(x) {
		return view.Cell{Text: reading.Missing}
	}
	return view.Cell{Text: reading.Text(m, x, r.Lang), Value: reading.Plain(reading.Shown(m, x), reading.Decimals(m.Unit)+1)}
}

// eventPlot is how far the two sides lie apart in each month, against the mean before the start.
func eventPlot(r block.Request, result compare.Result) (view.Block, error) {
	m := result.Measure
	zero := 0.0
	s := chart.Series{Lang: r.Lang, ID: "events", Height: chart.Short, Label: r.T("事件图", "Event plot"), Number: chart.OneDigit, Target: &zero, TargetName: r.T("启动前水平", "level before"),
		Marks: []chart.Mark{{Month: "0", Name: r.T("启动", "start")}}}
	line, band := chart.Line{Name: r.T("差", "difference"), Colour: chart.Blue}, chart.Band{Name: r.T("95% 区间", "95% interval"), Colour: chart.Blue}
	table := view.Table{ID: "events", Title: s.Label, Columns: []view.Column{view.Number(r.T("启动后月数", "Months since")), view.Words(r.T("月份", "Month")), view.Words(r.T("差", "Difference")), view.Words(r.T("95% 区间", "95% interval"))}}
	for _, p := range result.Moments {
		s.Months = append(s.Months, strconv.Itoa(p.Since))
		line.Values = append(line.Values, reading.Shown(m, p.Effect))
		band.Low, band.High = append(band.Low, reading.Shown(m, p.Low)), append(band.High, reading.Shown(m, p.High))
		interval := reading.Missing
		if !math.IsNaN(p.Low) {
			interval = reading.DifferenceRange(m, p.Low, p.High, r.Lang)
		}
		table.Rows = append(table.Rows, []view.Cell{{Text: strconv.Itoa(p.Since)}, {Text: p.Month}, {Text: reading.Difference(m, p.Effect, r.Lang)}, {Text: interval}})
	}
	note := r.T("两边各有八个村以上有数据的月份才画区间。", "Intervals are drawn for months with eight villages or more on each side.")
	if s.Lines, s.Bands, s.Unit = []chart.Line{line}, []chart.Band{band}, r.ChangeUnit(m); !slices.ContainsFunc(band.Low, func(x float64) bool { return !math.IsNaN(x) }) {
		s.Bands, table.Columns = nil, table.Columns[:len(table.Columns)-1]
		for i, row := range table.Rows {
			table.Rows[i] = row[:len(row)-1]
		}
		note = r.T("村少，各月不给区间。", "There are too few villages for an interval of each month.")
	}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	return &view.Chart{Title: r.T("启动前后逐月差距", "Pilots less others, month by month"), Chart: drawn, Table: table,
		Note: r.T("启动前的平均差为零；横轴：启动后第几个月", "Zero: the mean difference before the start; axis: months since") + r.T("。", ". ") + note}, nil
}
