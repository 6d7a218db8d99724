package page

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/chart"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// comparison sets the villages side by side on a measure: in words by tier, as a funnel, and one by one with the noise
// of small bases taken out.
func (r Request) comparison(ctx context.Context, town signals.Town, m queries.Measure) ([]Block, error) {
	heading := Section{ID: "funnel", Title: r.Tf("村与村相比：%s", "Between villages: %s", m.Name.In(r.Lang))}
	if !signals.HasFunnel(m) {
		return []Block{heading, Callout{Tone: ToneQuiet, Title: r.T("只并列，不比高下", "Side by side, not compared"),
			Text: r.T("这个指标不是占比，单凭偶然会差多少无从知道，所以不画漏斗图，也不分档。", "This measure is not a share of things counted: nothing says how far chance alone would spread it. There is no funnel and there are no tiers.")}}, nil
	}
	c := town.ComparisonOf(m)
	c.Shrink()
	blocks := []Block{heading, Text{c.Said(r.Lang)}}
	table, err := r.comparisonTable(ctx, c)
	if err != nil {
		return nil, err
	}
	if !c.Funnel.Judged { // too few or all alike: a picture would magnify what is nothing
		return append(blocks, &table), nil
	}
	picture, err := r.funnelPicture(c.Funnel, m)
	if err != nil {
		return nil, err
	}
	f := c.Funnel
	return append(blocks, &Chart{Title: r.Tf("漏斗图：%s · %s", "Funnel: %s · %s", m.Name.In(r.Lang), periodText(c.Months)), Chart: picture, Table: table, Open: true,
		Note: strings.TrimSpace(table.Note) + r.T("", " ") + r.Tf("横轴：%[1]s。实线：%[2]s 界限，虚线：95 %% 界限；基数越小，界限越宽。界限由贝塔–二项分布算出，含普通村之间本来就有的差异（τ = %[4]s 个百分点）和本村各月超出偶然的起伏（φ = %[3]s）；少数薄弱村不会把它放宽。在界限之间的村分不出高下，不排名次。",
			"Horizontal axis: %[1]s. Solid: %[2]s limits, dashed: 95 %% limits; the smaller the base, the wider. They are those of the beta-binomial distribution, with the differences between ordinary villages (τ = %[4]s points) and a village's own months beyond chance (φ = %[3]s) in them; a few weak villages do not widen them. Villages between the limits cannot be told apart and are not ranked.",
			m.Denominator.In(r.Lang), outerText(f), Decimal(f.Phi.Or(math.NaN()), 1), Decimal(math.Sqrt(f.Tau2.Or(math.NaN()))*100, 1))}), nil
}

func outerText(f signals.Funnel) string { return levelText(f.Outer) }

// levelText writes a level of limits: 99.8 %, 95 %.
func levelText(level float64) string { return strings.TrimSuffix(Decimal(level*100, 1), ".0") + " %" }

// steps of the limit curves: enough for a smooth line, few enough for a small page.
const curveSteps = 40

func (r Request) funnelPicture(f signals.Funnel, m queries.Measure) (chart.Chart, error) {
	smallest, largest := math.Inf(1), 0.0
	drawn := chart.Funnel{ID: "funnel", Label: m.Name.In(r.Lang), Number: chart.Percent, BaseTitle: m.Denominator.In(r.Lang),
		Centre: f.Centre.Value * 100, CentreName: r.T("中位村", "median village"), Links: map[string]string{}}
	for _, p := range f.Places {
		if p.Total <= tiny { // it would stand at 0 % or 100 % by chance alone; the table has it
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
		drawn.Links[d.Name] = r.Link("weak", In(p.ID), With("measure", ""))
	}
	if math.IsInf(smallest, 1) {
		smallest, largest = 1, tiny
	}
	smallest, largest = math.Max(1, smallest*.8), largest*1.15
	for _, edge := range []chart.Edge{{Name: r.Tf("%s 界限", "%s limits", outerText(f))}, {Name: r.T("95 % 界限", "95 % limits"), Dashed: true}} {
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
func (r Request) comparisonTable(ctx context.Context, c signals.Comparison) (Table, error) {
	m := c.Measure
	t := Table{ID: "funnel", Stacked: true, Title: r.Tf("各村 · %s", "Villages · %s", periodText(c.Months)), Columns: []Column{text(r.T("村", "Village")), r.readColumn(m.ID),
		{Title: r.T("收缩后", "Shrunken"), Unit: "%", Kind: ColumnNumber}, text(r.T("收缩后的 95 % 区间", "95 % interval, shrunken")), text(r.T("档", "Grade")), text(r.T("位置", "Where"))}}
	t.Columns[2].Note = r.T("经验贝叶斯：基数小的村向各村总体靠拢，免得把偶然当成好坏。", "Empirical Bayes: small bases are drawn towards all villages together, so that luck does not pass for merit.")
	t.Note = t.Columns[2].Note + r.shrinkNote(c)
	values, err := r.values(ctx, scope{level: LevelVillage, from: r.FirstMonth, to: r.Month}, m.ID)
	if err != nil {
		return t, err
	}
	for _, v := range c.Villages {
		value := r.readCell(values.series(m.ID, v.Village.ID, r.MonthsUpTo()))
		if v.Place.Total > 0 && len(c.Months) > 1 {
			value = shareCell(v.Place.Events, v.Place.Total) // months together have no place on a control chart
		}
		value = r.stoodAt(value, positionOf(v.Standing))
		shrunken, interval := Cell{Text: missing}, missing
		if x, ok := v.Shrunken.Get(); ok {
			shrunken = decimalCell(x*100, 1)
		}
		if v.Low.Known && v.High.Known {
			interval = reading.ShareRange(v.Low.Value, v.High.Value)
		}
		t.Rows = append(t.Rows, []Cell{{Text: v.Village.Name, Link: r.Link("weak", In(v.Village.ID), With("measure", ""))}, value, shrunken, {Text: interval}, {Text: gradeText(v.Grade)},
			{Text: v.Standing.Name(r.Lang), Tone: standingTone(v.Standing)}})
	}
	return t, nil
}

func gradeText(grade int) string {
	if grade == 0 {
		return missing
	}
	return strconv.Itoa(grade)
}

// shrinkNote says what must be known of the shrunken values.
func (r Request) shrinkNote(c signals.Comparison) string {
	switch n := len(c.Funnel.Places); {
	case n == 0:
		return ""
	case c.Prior.Pooled || !slices.ContainsFunc(c.Villages, func(v signals.Compared) bool { return v.Low.Known }):
		return r.T("各村之间的差异不超过偶然，因此都取总体值。", " The villages differ by no more than chance, so all are given the value of all together.")
	default:
		return r.Tf("区间已计入只有 %d 个村可供估计。", " The intervals allow for there being %d villages only.", n)
	}
}

// standingTone colours what is clear, and greys what is not compared.
// positionOf is the mark of a standing: beyond the outer limit, or none.
func positionOf(s signals.Standing) Position {
	switch s {
	case signals.FarBehind:
		return Behind
	case signals.FarAhead:
		return Ahead
	default:
		return NoPosition
	}
}

func standingTone(s signals.Standing) Tone {
	switch s {
	case signals.FarBehind:
		return ToneWorse
	case signals.FarAhead:
		return ToneBetter
	case signals.PoorData, signals.NotBegun, signals.SmallBase, signals.NotCompared:
		return ToneQuiet
	default:
		return ToneNone
	}
}

// funnels leads to the comparison on every measure, with how many villages lie beyond its limits, on the page named.
func (r Request) funnels(town signals.Town, onPage, chosen string) *Table {
	t := &Table{ID: "funnels", Stacked: true, Title: r.T("各项指标上村与村的差别", "How villages differ, measure by measure"), Note: r.T("点指标名看漏斗图、分档和收缩后的数值。", "A name leads to its funnel, tiers and shrunken values."),
		Columns: []Column{text(r.T("指标", "Measure")), text(r.T("时段", "Period")), number(r.T("中位村", "Median village")), number(r.T("明显落后", "Clearly behind")), number(r.T("明显领先", "Clearly ahead")), text(r.T("说明", "Note"))}}
	for _, m := range signals.Judgeable() {
		c := town.ComparisonOf(m)
		centre, note := Cell{Text: missing}, Cell{}
		if x, ok := c.Funnel.Centre.Get(); ok {
			centre = Cell{Text: reading.Percent(x), Value: plainNumber(x*100, 1)}
		}
		switch {
		case c.Funnel.TooFew:
			note = Cell{Text: r.T("可以比较的村不足五个", "fewer than five villages can be compared"), Tone: ToneQuiet}
		case c.Ceiling:
			note = Cell{Text: r.Tf("到顶：%d 个村已接近最好值，不再能区分各村", "at its ceiling: %d villages stand near the best value, it tells them apart no longer", c.AtBest), Tone: ToneQuiet}
		case c.Funnel.Alike:
			note = Cell{Text: r.Tf("参加比较的 %d 个村相差无几，分不出高下", "the %d villages compared hardly differ", len(c.Funnel.Places)), Tone: ToneQuiet}
		}
		name := Cell{Text: m.Name.In(r.Lang), Link: r.Link(onPage, With("measure", m.ID)) + "#funnel"}
		if m.ID == chosen {
			name = Cell{Text: fmt.Sprintf("%s %s", m.Name.In(r.Lang), r.T("（上图）", "(above)"))}
		}
		t.Rows = append(t.Rows, []Cell{name, {Text: periodText(c.Months)}, centre, countCell(float64(len(c.In(signals.FarBehind)))), countCell(float64(len(c.In(signals.FarAhead)))), note})
	}
	return t
}
