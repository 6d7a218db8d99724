package chart

import (
	"cmp"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Dot is one unit of a funnel: how much its value stands on, and the value.
type Dot struct {
	Name   string
	Base   float64
	Value  float64
	Colour string // Blue, Orange, or empty: within the limits
}

// Edge is one pair of limits of a funnel, at the bases of Low and High in order.
type Edge struct {
	Name      string
	Bases     []float64
	Low, High []float64
	Dashed    bool
}

// Funnel is values of units of different size between limits that narrow as the base grows.
type Funnel struct {
	ID         string
	Label      string
	Number     Number
	BaseTitle  string // of the lying axis
	Dots       []Dot
	Edges      []Edge
	Centre     float64
	CentreName string
	Links      map[string]string // where a click on a dot leads, by its name
}

// Draw makes the chart. Every dot carries its name where there is room, those beyond the limits first: a funnel whose
// outlier must be asked for its name by hovering says nothing on paper.
func (f Funnel) Draw() (Chart, error) {
	scatter := charts.NewScatter()
	axis := valueAxis(f.Number, "")
	axis.Scale = opts.Bool(true)
	scatter.SetGlobalOptions(
		charts.WithInitializationOpts(opts.Initialization{ChartID: f.ID}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item", ValueFormatter: f.Number.tooltip()}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(true), Top: "0", Type: "scroll", Data: f.names()}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: "32", Top: "40", Bottom: "28", ContainLabel: opts.Bool(true)}),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: f.BaseTitle, NameLocation: "middle", NameGap: 28, Scale: opts.Bool(true),
			AxisLabel: &opts.AxisLabel{Formatter: Whole.axis()}, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(axis),
	)
	dots := slices.Clone(f.Dots)
	slices.SortStableFunc(dots, func(a, b Dot) int { return cmp.Compare(a.Base, b.Base) })
	for _, colour := range []string{Orange, Blue, ""} {
		var data []opts.ScatterData
		for _, d := range dots {
			if d.Colour == colour {
				data = append(data, opts.ScatterData{Name: d.Name, Value: []any{value(d.Base), value(d.Value)}, Symbol: "circle", SymbolSize: 11})
			}
		}
		if len(data) == 0 {
			continue
		}
		shown := cmp.Or(colour, Dark)
		scatter.AddSeries(f.Label, data, charts.WithItemStyleOpts(opts.ItemStyle{Color: shown}),
			charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Formatter: "{b}", Position: "top", Color: shown}),
			charts.WithLabelLayoutOpts(opts.LabelLayout{HideOverlap: opts.Bool(true)}))
	}
	line := charts.NewLine()
	for _, e := range f.Edges {
		f.addEdge(line, e.Name, e.Bases, e.Low, e.Dashed)
		f.addEdge(line, e.Name, e.Bases, e.High, e.Dashed)
	}
	if n := len(f.Edges); n > 0 && len(f.Edges[0].Bases) > 0 {
		bases := f.Edges[0].Bases
		f.addEdge(line, f.CentreName, []float64{bases[0], bases[len(bases)-1]}, []float64{f.Centre, f.Centre}, false)
	}
	scatter.Overlap(line)
	scatter.Validate()
	made, err := option(f.ID, f.Label, Tall, scatter.JSON())
	made.Links, made.From = f.Links, f
	return made, err
}

func (f Funnel) names() []any {
	var all []any
	for _, e := range f.Edges {
		all = append(all, plain(e.Name))
	}
	return append(all, plain(f.CentreName))
}

func (f Funnel) addEdge(line *charts.Line, name string, bases, values []float64, dashed bool) {
	data := make([]opts.LineData, len(bases))
	for i := range bases {
		data[i] = opts.LineData{Value: []any{value(bases[i]), value(values[i])}}
	}
	style := opts.LineStyle{Color: Grey, Width: 1.4}
	if dashed {
		style.Type = "dashed"
	}
	if name == f.CentreName {
		style.Color, style.Width = Dark, 1.2
	}
	line.AddSeries(name, data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false), Smooth: opts.Bool(false)}),
		charts.WithLineStyleOpts(style), charts.WithItemStyleOpts(opts.ItemStyle{Color: style.Color}))
}
