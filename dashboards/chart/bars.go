package chart

import (
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Part is one set of bars: a value for every item. Parts of a stacked chart stand on each other.
type Part struct {
	Name    string
	Values  []float64
	Colour  string   // empty: from the palette
	Colours []string // by item, where items differ; overrides Colour where not empty
	// Hollow is by item what is written at a bar whose base is too small to colour it, "2/3"; empty: an ordinary bar.
	Hollow []string
}

// Bars is values of named items as lying bars, the first item on top.
type Bars struct {
	ID      string
	Label   string
	Number  Number
	Unit    string // along the value axis; empty where the title says it
	Items   []string
	Parts   []Part
	Stacked bool
	Ends    float64           // where the axis of a lying picture ends, as at 100 of parts that make a whole; 0: where the values do
	Links   map[string]string // where a click on an item leads
	Values  bool              // write the value at the bar's end
	Height  Height            // empty: by the number of items
	// Standing turns the bars upright, for items with an order such as ages.
	Standing bool
}

// Draw makes the chart.
func (b Bars) Draw() (Chart, error) {
	bar := charts.NewBar()
	items := slices.Clone(b.Items)
	if !b.Standing {
		slices.Reverse(items) // a lying axis counts from below
	}
	axis := valueAxis(b.Number, b.Unit)
	bar.SetGlobalOptions(
		charts.WithInitializationOpts(opts.Initialization{ChartID: b.ID}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", ValueFormatter: b.Number.tooltip(),
			AxisPointer: &opts.AxisPointer{Type: "shadow"}}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(len(b.Parts) > 1), Top: "0", Type: "scroll"}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: "56", Top: b.top(), Bottom: b.bottom(), ContainLabel: opts.Bool(true)}),
		charts.WithColorsOpts(opts.Colors(palette)),
	)
	category := opts.AxisLabel{Interval: "0", Show: opts.Bool(true)}
	// Numbers that touch are left out on a phone.
	lying := *axis.AxisLabel
	lying.HideOverlap = opts.Bool(true)
	if b.Standing {
		bar.SetGlobalOptions(charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisLabel: &category}), charts.WithYAxisOpts(axis))
	} else {
		bar.SetGlobalOptions(
			charts.WithXAxisOpts(b.lying(opts.XAxis{Type: "value", AxisLabel: &lying, SplitLine: axis.SplitLine, MinInterval: axis.MinInterval})),
			charts.WithYAxisOpts(opts.YAxis{Type: "category", AxisLabel: &category}))
	}
	bar.SetXAxis(items)
	for _, part := range b.Parts {
		bar.AddSeries(part.Name, b.data(part), b.style(part)...)
	}
	if !b.Standing {
		bar.XYReversal()
	}
	bar.Validate()
	height := b.Height
	if height == "" {
		height = HeightFor(len(b.Items))
	}
	made, err := option(b.ID, b.Label, height, bar.JSON())
	made.Links, made.From = b.Links, b
	return made, err
}

func (b Bars) top() string {
	if len(b.Parts) > 1 || b.Standing {
		return "40"
	}
	return "8"
}

func (b Bars) bottom() string {
	if b.Unit != "" && !b.Standing {
		return "26"
	}
	return "8"
}

// lying names a lying axis below its middle: at its end a name of more than two characters is cut off.
func (b Bars) lying(axis opts.XAxis) opts.XAxis {
	if b.Unit != "" {
		axis.Name, axis.NameLocation, axis.NameGap = b.Unit, "middle", 26
	}
	if b.Ends > 0 {
		axis.Max = b.Ends
	}
	return axis
}

func (b Bars) data(part Part) []opts.BarData {
	data := make([]opts.BarData, len(part.Values))
	for i, v := range part.Values {
		data[i] = opts.BarData{Value: value(v)}
		switch {
		case i < len(part.Hollow) && part.Hollow[i] != "":
			data[i].ItemStyle = &opts.ItemStyle{Color: "transparent", BorderColor: Grey, BorderWidth: 1}
			data[i].Label = &opts.Label{Show: opts.Bool(true), Position: b.end(), Formatter: part.Hollow[i]}
		case i < len(part.Colours) && part.Colours[i] != "":
			data[i].ItemStyle = &opts.ItemStyle{Color: part.Colours[i]}
		}
	}
	if !b.Standing {
		slices.Reverse(data)
	}
	return data
}

// end is where a bar's number is written.
func (b Bars) end() string {
	if b.Standing {
		return "top"
	}
	return "right"
}

func (b Bars) style(part Part) []charts.SeriesOpts {
	shape := opts.BarChart{BarCategoryGap: "35%"}
	if b.Stacked {
		shape.Stack = "all"
	}
	made := []charts.SeriesOpts{charts.WithBarChartOpts(shape)}
	if part.Colour != "" {
		made = append(made, charts.WithItemStyleOpts(opts.ItemStyle{Color: part.Colour}))
	}
	if b.Values {
		made = append(made, charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Position: b.end(), Formatter: string(b.Number.tooltip())}))
	}
	return made
}

// Span is from which number to which a part's bar reaches at an item: from 0, or from where the bar below it ends.
func (b Bars) Span(part, item int) (low, high float64) {
	at := func(n int) float64 {
		if values := b.Parts[n].Values; item < len(values) && !math.IsNaN(values[item]) && !math.IsInf(values[item], 0) {
			return values[item]
		}
		return 0
	}
	if part < 0 {
		return 0, 0
	}
	if b.Stacked {
		for n := range part {
			low += at(n)
		}
	}
	return low, low + at(part)
}
