package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Step is one node of a flow. Depth is its column from the left, from 0.
type Step struct {
	Name   string
	Depth  int
	Colour string
}

// Passage is how many went from one step to the next.
type Passage struct {
	From, To string
	Count    float64
}

// Flow is how many passed from step to step, as bands whose width is the number (a Sankey diagram).
type Flow struct {
	ID       string
	Label    string
	Steps    []Step
	Passages []Passage
}

// Draw makes the chart. A passage of nobody is left out: a band without width only tangles the others.
func (f Flow) Draw() (Chart, error) {
	flow := charts.NewSankey()
	var nodes []opts.SankeyNode
	var links []opts.SankeyLink
	used := map[string]bool{}
	for _, p := range f.Passages {
		if p.Count > 0 {
			links = append(links, opts.SankeyLink{Source: p.From, Target: p.To, Value: float32(p.Count)})
			used[p.From], used[p.To] = true, true
		}
	}
	for i, s := range f.Steps {
		if !used[s.Name] {
			continue
		}
		colour := s.Colour
		if colour == "" {
			colour = palette[i%len(palette)]
		}
		nodes = append(nodes, opts.SankeyNode{Name: s.Name, Depth: &f.Steps[i].Depth, ItemStyle: &opts.ItemStyle{Color: colour}})
	}
	flow.SetGlobalOptions(
		charts.WithInitializationOpts(opts.Initialization{ChartID: f.ID}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item", ValueFormatter: Whole.tooltip()}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithColorsOpts(opts.Colors(palette)),
	)
	flow.AddSeries(f.Label, nodes, links,
		charts.WithLineStyleOpts(opts.LineStyle{Color: "source", Opacity: opts.Float(0.35), Curveness: 0.5}),
		charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "@item"}))
	flow.Validate()
	return option(f.ID, f.Label, Medium, flow.JSON())
}
