package page

import (
	"fmt"
	"math"
	"strings"

	"hulian/dashboards/chart"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
	"hulian/queries/stats/shrink"
)

// funnel draws the villages of a measure between their limits, with tiers in the table.
func (r Request) funnel(town signals.Town, m queries.Measure) ([]Block, error) {
	f, months := town.FunnelAt(m)
	title := r.Tf("漏斗图：%s · %s", "Funnel: %s · %s", m.Name.In(r.Lang), periodText(months))
	if !f.Centre.Known {
		return []Block{Section{ID: "funnel", Title: title}, Callout{Tone: ToneQuiet, Title: r.T("无法比较", "Nothing to compare"),
			Text: r.T("已启动且基数够大的村不足五个。", "Fewer than five villages have begun and have a base large enough.")}}, nil
	}
	picture, err := r.funnelPicture(f, m)
	if err != nil {
		return nil, err
	}
	c := &Chart{Title: title, Chart: picture, Table: r.funnelTable(f, m), Open: true,
		Note: r.Tf("横轴：%s。实线：%s 界限，虚线：95 %% 界限；基数越小，界限越宽。界限按各村之间本来就有的差异放宽（φ = %s，τ = %s）。在界限之间的村分不出高下，不排名次。",
			"Horizontal axis: %s. Solid: %s limits, dashed: 95 %% limits; the smaller the base, the wider. They are widened for how villages differ anyway (φ = %s, τ = %s). Villages between the limits cannot be told apart and are not ranked.",
			m.Denominator.In(r.Lang), outerText(f), Decimal(f.Phi.Or(math.NaN()), 1), Decimal(math.Sqrt(f.Tau2.Or(math.NaN())), 3))}
	if f.Alike {
		c.Note = r.T("各村相差不到五个百分点：这个指标已分不出高下。", "All villages lie within five percentage points: this measure no longer tells them apart.") + r.T("", " ") + c.Note
	}
	return []Block{Section{ID: "funnel", Title: r.T("村与村相比", "Between villages")}, c}, nil
}

func outerText(f signals.Funnel) string {
	return strings.TrimSuffix(Decimal(f.Outer*100, 1), ".0") + " %"
}

// steps of the limit curves: enough for a smooth line, few enough for a small page.
const curveSteps = 40

func (r Request) funnelPicture(f signals.Funnel, m queries.Measure) (chart.Chart, error) {
	smallest, largest := math.Inf(1), 0.0
	drawn := chart.Funnel{ID: "funnel", Label: m.Name.In(r.Lang), Number: chart.Percent, BaseTitle: m.Denominator.In(r.Lang),
		Centre: f.Centre.Value * 100, CentreName: r.T("中位村", "median village"), Links: map[string]string{}}
	for _, p := range f.Places {
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

// funnelTable gives each village its value, its value with the noise of a small base taken out, and its tier.
func (r Request) funnelTable(f signals.Funnel, m queries.Measure) Table {
	t := Table{ID: "funnel", Stacked: true, Title: m.Name.In(r.Lang), Columns: []Column{text(r.T("村", "Village")), onBase(m.Name.In(r.Lang), "%"),
		{Title: r.T("收缩后", "Shrunken"), Unit: "%", Kind: ColumnNumber}, text(r.T("95 % 区间", "95 % interval")), text(r.T("位置", "Where"))}}
	t.Columns[2].Note = r.T("经验贝叶斯：基数小的村向全镇靠拢，免得把偶然当成好坏。", "Empirical Bayes: small bases are drawn towards the town, so that luck does not pass for merit.")
	units := make([]shrink.Unit, len(f.Places))
	for i, p := range f.Places {
		units[i] = shrink.Unit{Events: p.Events, Base: p.Total}
	}
	fit := shrink.BetaBinomial(units, shrink.MaximumLikelihood, 0.95)
	for i, p := range f.Places {
		value := shareCell(p.Events, p.Total)
		shrunken, interval := Cell{Text: missing}, missing
		if i < len(fit.Units) {
			s := fit.Units[i]
			if x, ok := s.Value.Get(); ok {
				shrunken = Cell{Text: Decimal(x*100, 1), Value: plainNumber(x*100, 1)}
			}
			if s.Low.Known && s.High.Known {
				interval = Decimal(s.Low.Value*100, 1) + "–" + Percent(s.High.Value)
			}
		}
		where, tone := r.where(f, p, m)
		t.Rows = append(t.Rows, []Cell{{Text: r.Name(p.ID), Link: r.Link("weak", In(p.ID), With("measure", ""))}, value, shrunken, {Text: interval}, {Text: where, Tone: tone}})
	}
	return t
}

// funnels leads to the funnel of every other measure, with how many villages lie beyond its limits.
func (r Request) funnels(town signals.Town, chosen queries.Measure) *Table {
	t := &Table{ID: "funnels", Stacked: true, Title: r.T("其他指标的漏斗图", "Funnels of the other measures"), Note: r.T("点指标名换图。", "A name changes the picture."),
		Columns: []Column{text(r.T("指标", "Measure")), text(r.T("时段", "Period")), number(r.T("中位村", "Median village")), number(r.T("差于外限", "Worse")), number(r.T("好于外限", "Better")), text(r.T("说明", "Note"))}}
	for _, m := range signals.Judgeable() {
		f, months := town.FunnelAt(m)
		worse, better := 0, 0
		for _, p := range f.Places {
			if f.Worse(p, m.Direction) == 2 {
				worse++
			}
			if f.Better(p, m.Direction) == 2 {
				better++
			}
		}
		centre, note := Cell{Text: missing}, Cell{}
		if c, ok := f.Centre.Get(); ok {
			centre = Cell{Text: reading.Percent(c), Value: plainNumber(c*100, 1)}
		}
		switch {
		case f.TooFew:
			note = Cell{Text: r.T("基数够大的村不足五个", "fewer than five villages with a base large enough"), Tone: ToneQuiet}
		case f.Alike:
			note = Cell{Text: r.T("各村相差无几，分不出高下", "the villages hardly differ"), Tone: ToneQuiet}
		}
		name := Cell{Text: m.Name.In(r.Lang), Link: r.Link("weak", With("measure", m.ID)) + "#figure-funnel"}
		if m.ID == chosen.ID {
			name = Cell{Text: fmt.Sprintf("%s %s", m.Name.In(r.Lang), r.T("（上图）", "(above)"))}
		}
		t.Rows = append(t.Rows, []Cell{name, {Text: periodText(months)}, centre, countCell(float64(worse)), countCell(float64(better)), note})
	}
	return t
}
