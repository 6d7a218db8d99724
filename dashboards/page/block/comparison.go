package block

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Comparison sets the villages side by side on a measure: in words by tier, as a funnel, and one by one with the noise
// of small bases taken out.
func Comparison(ctx context.Context, r Request, town signals.Town, m queries.Measure) ([]view.Block, error) {
	heading := view.Section{ID: "funnel", Title: r.Tf("村与村相比：%s", "Between villages: %s", m.Name.In(r.Lang))}
	if !signals.HasFunnel(m) {
		return []view.Block{heading, view.Callout{Tone: view.ToneQuiet, Title: r.T("只并列，不比高下", "Side by side, not compared"),
			Text: r.T("这个指标不是占比，单凭偶然会差多少无从知道，所以不画界限，也不分档。", "This measure is not a share of things counted: nothing says how far chance alone would spread it. There are no limits and there are no tiers.")}}, nil
	}
	c := town.ComparisonOf(m)
	c.Shrink()
	blocks := []view.Block{heading, view.Text{Paragraphs: c.Said(r.Lang)}}
	table, err := comparisonTable(ctx, r, c)
	if err != nil {
		return nil, err
	}
	if !c.Funnel.Judged { // too few or all alike: a picture would magnify what is nothing
		return append(blocks, &table), nil
	}
	picture, err := funnelPicture(r, c.Funnel, m)
	if err != nil {
		return nil, err
	}
	f := c.Funnel
	said := []string{r.Tf("界限由贝塔–二项分布算出（漏斗图），含普通村之间本来就有的差异（τ = %[2]s个百分点）和本村各月超出偶然的起伏（φ = %[1]s）；少数薄弱村不会把它放宽。",
		"The limits are those of the beta-binomial distribution (a funnel plot), with the differences between ordinary villages (τ = %[2]s points) and a village's own months beyond chance (φ = %[1]s) in them; a few weak villages do not widen them.",
		reading.Decimal(f.Phi.Or(math.NaN()), 1), reading.Decimal(math.Sqrt(f.Tau2.Or(math.NaN()))*100, 1)),
		r.T("估计值用经验贝叶斯法：基数小的村向各村总体靠拢，免得把偶然当成好坏。", "The estimates are empirical Bayes: small bases are drawn towards all villages together, so that luck does not pass for merit.")}
	return append(blocks, &view.Chart{Title: r.Tf("各村位置：%s · %s", "Where the villages stand: %s · %s", m.Name.In(r.Lang), PeriodText(r, c.Months)), Chart: picture, Table: table, Open: true,
		Note: strings.TrimSpace(table.Note) + r.T("", " ") + r.Tf("横轴：%[1]s。实线：%[2]s界限，虚线：95%% 界限；基数越小，界限越宽。在界限之间的村无明显差别，不作排名。",
			"Horizontal axis: %[1]s. Solid: %[2]s limits, dashed: 95%% limits; the smaller the base, the wider. Villages between the limits show no clear difference and are not ranked.", m.Denominator.In(r.Lang), outerText(f))},
		view.Grounds{ID: "funnel-grounds", Title: r.T("依据：界限和估计值怎样算", "Grounds: how limits and estimates are made"), Blocks: []view.Block{view.Text{Paragraphs: said}}}), nil
}

func outerText(f signals.VillageFunnel) string { return reading.Level(f.Outer) }

// steps of the limit curves: enough for a smooth line, few enough for a small page.
const curveSteps = 40

func funnelPicture(r Request, f signals.VillageFunnel, m queries.Measure) (chart.Chart, error) {
	smallest, largest := math.Inf(1), 0.0
	drawn := chart.Funnel{ID: "funnel", Label: m.Name.In(r.Lang), Number: chart.Percent, BaseTitle: m.Denominator.In(r.Lang),
		Centre: f.Centre.Value * 100, CentreName: r.T("中位村", "median village"), Links: map[string]string{}}
	for _, p := range f.Places {
		if p.Total <= facts.Tiny { // it would stand at 0% or 100% by chance alone; the table has it
			continue
		}
		smallest, largest = math.Min(smallest, p.Total), math.Max(largest, p.Total)
		d := chart.Dot{Name: r.Name(p.ID), Base: p.Total, Value: p.Rate() * 100}
		switch {
		case f.Worse(p, m.Direction) == 2:
			d.Colour = chart.Orange
		case f.Better(p, m.Direction) == 2:
			d.Colour = chart.Blue
		}
		drawn.Dots = append(drawn.Dots, d)
		drawn.Links[d.Name] = r.Link("weak", question.In(p.ID), question.With("measure", ""))
	}
	if math.IsInf(smallest, 1) {
		smallest, largest = 1, facts.Tiny
	}
	smallest, largest = math.Max(1, smallest*.8), largest*1.15
	for _, edge := range []chart.Edge{{Name: r.Tf("%s 界限", "%s limits", outerText(f))}, {Name: r.T("95% 界限", "95% limits"), Dashed: true}} {
		level := f.Outer
		if edge.Dashed {
			level = signals.Inner
		}
		for i := range curveSteps + 1 {
			base := smallest + (largest-smallest)*float64(i)/curveSteps
			limits := f.Limits(base, level)
			edge.Bases = append(edge.Bases, base)
			edge.Low, edge.High = append(edge.Low, limits.Low.Or(math.NaN())*100), append(edge.High, limits.High.Or(math.NaN())*100)
		}
		drawn.Edges = append(drawn.Edges, edge)
	}
	return drawn.Draw()
}

// comparisonTable gives each village its value, its value with the noise of a small base taken out, and its tier. Those
// not compared stand at the end with the reason.
func comparisonTable(ctx context.Context, r Request, c signals.Comparison) (view.Table, error) {
	m := c.Measure
	t := view.Table{ID: "funnel", Stacked: true, Title: r.Tf("各村 · %s", "Villages · %s", PeriodText(r, c.Months)), Columns: []view.Column{view.Words(r.T("村", "Village")), readColumn(r, m.ID),
		{Title: r.T("估计值", "Estimate"), Unit: "%", Kind: view.ColumnNumber}, view.Words(r.T("估计值的95%区间", "95% interval of the estimate")), view.Words(r.T("档", "Grade")), view.Words(r.T("位置", "Where"))}}
	t.Columns[2].Note = r.T("估计值：基数小的村向各村总体靠拢，免得把偶然当成好坏。", "Estimate: small bases are drawn towards all villages together, so that luck does not pass for merit.")
	t.Note = t.Columns[2].Note + shrinkNote(r, c)
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, m.ID)
	if err != nil {
		return t, err
	}
	for _, v := range c.Villages {
		value := ReadCell(r, values.Series(m.ID, v.Village.ID, r.MonthsUpTo()))
		if v.Place.Total > 0 && len(c.Months) > 1 {
			value = view.Share(v.Place.Events, v.Place.Total) // months together have no place on a control chart
		}
		value = StoodAt(r, value, positionOf(v.Standing))
		shrunken, interval := view.Cell{Text: reading.Missing}, reading.Missing
		if x, ok := v.Shrunken.Get(); ok {
			shrunken = view.Decimal(x*100, 1)
		}
		if v.Low.Known && v.High.Known {
			interval = reading.ShareRange(v.Low.Value, v.High.Value)
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: v.Village.Name, Link: r.Link("weak", question.In(v.Village.ID), question.With("measure", ""))}, value, shrunken, {Text: interval}, {Text: gradeText(c, v)},
			{Text: v.Said(r.Lang), Tone: standingTone(v.Standing)}})
	}
	return t, nil
}

// gradeText is a village's grade; where all of them share one, it ranks nobody and is none.
func gradeText(c signals.Comparison, v signals.Compared) string {
	if v.Grade == 0 || c.Graded.Count < 2 {
		return reading.Missing
	}
	return strconv.Itoa(v.Grade)
}

// shrinkNote says what must be known of the shrunken values.
func shrinkNote(r Request, c signals.Comparison) string {
	switch n := len(c.Funnel.Places); {
	case n == 0:
		return ""
	case c.Prior.Pooled || !slices.ContainsFunc(c.Villages, func(v signals.Compared) bool { return v.Low.Known }):
		return r.T("各村之间的差异不超过偶然，因此都取总体值。", " The villages differ by no more than chance, so all are given the value of all together.")
	default:
		return r.Tf("区间已计入只有%d个村可供估计。", " The intervals allow for there being %d villages only.", n)
	}
}

// standingTone colours what is clear, and greys what is not compared.
// positionOf is the mark of a standing: beyond the outer limit, or none.
func positionOf(s signals.Standing) view.Position {
	switch s {
	case signals.FarBehind:
		return view.Behind
	case signals.FarAhead:
		return view.Ahead
	default:
		return view.NoPosition
	}
}

func standingTone(s signals.Standing) view.Tone {
	switch s {
	case signals.FarBehind:
		return view.ToneWorse
	case signals.FarAhead:
		return view.ToneBetter
	case signals.PoorData, signals.JustBegun, signals.NotBegun, signals.SmallBase, signals.NotCompared:
		return view.ToneQuiet
	default:
		return view.ToneNone
	}
}

// Funnels leads to the comparison on every measure, with how many villages lie beyond its limits, on the page named.
func Funnels(r Request, town signals.Town, onPage, chosen string) *view.Table {
	t := &view.Table{ID: "funnels", Stacked: true, Title: r.T("各项指标上村与村的差别", "How villages differ, measure by measure"), Note: r.T("点指标名看各村位置、分档和估计值。", "A name leads to where the villages stand, their tiers and estimates."),
		Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Words(r.T("时段", "Period")), view.Number(r.T("中位村", "Median village")), view.Number(r.T("明显落后", "Clearly behind")), view.Number(r.T("明显领先", "Clearly ahead")), view.Words(r.T("说明", "Note"))}}
	for _, m := range signals.Judgeable() {
		c := town.ComparisonOf(m)
		centre, note := view.Cell{Text: reading.Missing}, view.Cell{}
		if x, ok := c.Funnel.Centre.Get(); ok {
			centre = view.Cell{Text: reading.Percent(x), Value: reading.Plain(x*100, 1)}
		}
		switch {
		case c.Funnel.TooFew:
			note = view.Cell{Text: r.T("可以比较的村不足五个", "fewer than five villages can be compared"), Tone: view.ToneQuiet}
		case c.Ceiling:
			note = view.Cell{Text: r.Tf("到顶：%d个村已接近最好值，不再能区分各村", "at its ceiling: %d villages stand near the best value, it tells them apart no longer", c.AtBest), Tone: view.ToneQuiet}
		case c.Funnel.Alike:
			note = view.Cell{Text: r.Tf("参加比较的%d个村无明显差别", "no clear difference between the %d villages compared", len(c.Funnel.Places)), Tone: view.ToneQuiet}
		}
		name := view.Cell{Text: m.Name.In(r.Lang), Link: r.Link(onPage, question.With("measure", m.ID)) + "#funnel"}
		if m.ID == chosen {
			name = view.Cell{Text: fmt.Sprintf("%s %s", m.Name.In(r.Lang), r.T("（上图）", "(above)"))}
		}
		t.Rows = append(t.Rows, []view.Cell{name, {Text: PeriodText(r, c.Months)}, centre, view.Count(float64(len(c.In(signals.FarBehind)))), view.Count(float64(len(c.In(signals.FarAhead)))), note})
	}
	return t
}
