package chart

import (
	"fmt"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hulian/queries/reading"
)

// Line is one series over the months. A NaN leaves a gap.
type Line struct {
	Name   string
	Values []float64
	Hollow []bool // points that are shown and not judged; nil: none
	Colour string // empty: from the palette
	Dashed bool
	Plain  bool // without points, for limits and means
	Points bool // points without a line, for signals
}

// Band is the area between two series, for intervals.
type Band struct {
	Name      string
	Low, High []float64
	Colour    string
}

// Mark is an event on the time axis.
type Mark struct{ Month, Name string }

// Series is values over months.
type Series struct {
	ID     string
	Label  string
	Number Number
	Unit   string // at the head of the axis
	Months []string
	Lang   string // the months are written in; empty: Chinese
	Lines  []Line
	Bands  []Band
	Marks  []Mark
	Target *float64
	// TargetName stands at the target's line.
	TargetName string
	Height     Height   // empty: Medium
	Min, Max   *float64 // of the axis; nil: from the data
}

// Draw makes the chart.
func (s Series) Draw() (Chart, error) {
	line := charts.NewLine()
	axis := valueAxis(s.Number, s.Unit)
	axis.Scale = opts.Bool(s.Number == Percent)
	if s.Min != nil {
		axis.Min = *s.Min
	}
	if s.Max != nil {
		axis.Max = *s.Max
	}
	line.SetGlobalOptions(
		charts.WithInitializationOpts(opts.Initialization{ChartID: s.ID}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", ValueFormatter: s.Number.tooltip()}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(len(s.Lines)+len(s.Bands) > 1), Top: "0", Type: "scroll", Data: s.names()}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: "24", Top: "56", Bottom: "8", ContainLabel: opts.Bool(true)}),
		charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisTick: &opts.AxisTick{AlignWithLabel: opts.Bool(true)}}),
		charts.WithYAxisOpts(axis),
		charts.WithColorsOpts(opts.Colors(palette)),
	)
	months := make([]string, len(s.Months))
	for i, month := range s.Months {
		months[i] = reading.MonthName(month, s.Lang)
	}
	line.SetXAxis(months)
	for i, b := range s.Bands {
		s.addBand(line, b, fmt.Sprintf("band %d", i))
	}
	for i, l := range s.Lines {
		s.addLine(line, l, i == 0)
	}
	line.Validate()
	height := s.Height
	if height == "" {
		height = Medium
	}
	made, err := option(s.ID, s.Label, height, line.JSON())
	made.From = s
	return made, err
}

// names lists what the legend shows, once each; the lower edges of bands are drawn but not named.
func (s Series) names() []any {
	var all []any
	seen := map[string]bool{}
	for _, l := range s.Lines {
		switch {
		case seen[l.Name]:
		case l.Plain:
			all = append(all, plain(l.Name))
		default:
			all = append(all, l.Name)
		}
		seen[l.Name] = true
	}
	for _, b := range s.Bands {
		if seen[b.Name] {
			continue
		}
		seen[b.Name] = true
		all = append(all, struct {
			Name string `json:"name"`
			Icon string `json:"icon"`
		}{b.Name, "roundRect"})
	}
	return all
}

// plain names a line without points in a legend, which would draw a point on it; dashed and solid look alike behind one.
func plain(name string) any {
	return struct {
		Name      string         `json:"name"`
		ItemStyle opts.ItemStyle `json:"itemStyle"`
	}{name, opts.ItemStyle{Opacity: opts.Float(0)}}
}

func (s Series) addLine(line *charts.Line, l Line, first bool) {
	data := make([]opts.LineData, len(l.Values))
	for i, v := range l.Values {
		data[i] = opts.LineData{Value: value(v)}
		if i < len(l.Hollow) && l.Hollow[i] {
			data[i].Symbol = "emptyCircle"
		}
	}
	style, width := "solid", float32(2.2)
	if l.Dashed {
		style, width = "dashed", 1.4
	}
	stroke, size := opts.LineStyle{Color: l.Colour, Width: width, Type: style}, 6
	if l.Points {
		stroke, size = opts.LineStyle{Opacity: opts.Float(0)}, 11
	}
	options := []charts.SeriesOpts{
		charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(!l.Plain), Symbol: "circle", SymbolSize: size}),
		charts.WithLineStyleOpts(stroke),
	}
	if l.Colour != "" {
		options = append(options, charts.WithItemStyleOpts(opts.ItemStyle{Color: l.Colour}))
	}
	if first {
		options = append(options, s.marks())
	}
	line.AddSeries(l.Name, data, options...)
}

// rule is one line across the plot: at a value, or at a month.
type rule struct {
	Name  string `json:"name"`
	YAxis any    `json:"yAxis,omitempty"`
	XAxis string `json:"xAxis,omitempty"`
	Label *label `json:"label"`
}

// label is the name of a rule; distance is in pixels from its end.
type label struct {
	opts.Label
	Distance int `json:"distance,omitempty"`
}

// marks are the target and the events; they hang on the first line. A target is named inside the plot, an event above
// it: elsewhere their names are cut off or stand on their side.
func (s Series) marks() charts.SeriesOpts {
	return func(series *charts.SingleSeries) {
		var rules []any
		at := func(position string, distance int) *label {
			return &label{opts.Label{Show: opts.Bool(true), Formatter: "{b}", Color: Dark, Position: position, FontSize: 11}, distance}
		}
		if s.Target != nil {
			rules = append(rules, rule{Name: s.TargetName, YAxis: value(*s.Target), Label: at("insideEndTop", 0)})
		}
		for i, m := range s.Marks {
			rules = append(rules, rule{Name: m.Name, XAxis: reading.MonthName(m.Month, s.Lang), Label: at("end", 3+13*(i%2))}) // neighbours on two lines
		}
		if len(rules) == 0 {
			return
		}
		series.MarkLines = &opts.MarkLines{Data: rules, MarkLineStyle: opts.MarkLineStyle{Symbol: []string{"none", "none"},
			LineStyle: &opts.LineStyle{Color: Grey, Type: "dotted", Width: 1.2}}}
	}
}

// addBand draws the area between low and high as two stacked series, the lower one unseen.
func (s Series) addBand(line *charts.Line, b Band, stack string) {
	low, height := make([]opts.LineData, len(b.Low)), make([]opts.LineData, len(b.Low))
	for i := range b.Low {
		low[i] = opts.LineData{Value: value(b.Low[i])}
		height[i] = opts.LineData{Value: value(b.High[i] - b.Low[i])}
	}
	colour := b.Colour
	if colour == "" {
		colour = Grey
	}
	unseen := charts.WithLineStyleOpts(opts.LineStyle{Opacity: opts.Float(0)})
	shape := charts.WithLineChartOpts(opts.LineChart{Stack: stack, ShowSymbol: opts.Bool(false)})
	line.AddSeries(b.Name+" ", low, shape, unseen, charts.WithItemStyleOpts(opts.ItemStyle{Color: colour, Opacity: opts.Float(0)}))
	line.AddSeries(b.Name, height, shape, unseen, charts.WithItemStyleOpts(opts.ItemStyle{Color: colour}),
		charts.WithAreaStyleOpts(opts.AreaStyle{Color: colour, Opacity: opts.Float(0.18)}))
}
