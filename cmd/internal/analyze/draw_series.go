package analyze

import (
	"hulian/pipelines"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// latinDate writes 2017年1月 as 2017-1, for pictures whose font has no Chinese.
var latinDate = strings.NewReplacer("年", "-", "月", "-", "日", "")

// drawChart draws a control or run chart: the points joined, centre and limits in steps, signals in colour.
func drawChart(c *Call, o *Object, p *picture) error {
	values := o.column("points", "value")
	if len(values) == 0 {
		return pipelines.Errorf("there is no point")
	}
	periods := o.first("points")
	x := make([]float64, len(values))
	for i := range x {
		x[i] = float64(i)
		if !p.drawable(periods[i]) {
			periods[i] = strings.TrimSuffix(latinDate.Replace(periods[i]), "-")
		}
		periods[i] = p.label(periods[i], i)
	}
	centre := o.column("points", "centre")
	if _, isRun := o.Get("median"); isRun {
		centre = o.column("points", "median")
	}
	for _, l := range []struct {
		name string
		y    []float64
		of   int
	}{{"centre", centre, 0}, {"limits", o.column("points", "lower"), 1}, {"", o.column("points", "upper"), 1}} {
		sx, sy := steps(l.y)
		dash := dashes
		if l.of == 0 {
			dash = nil
		}
		if err := p.line(l.name, sx, sy, grey, 1, dash); err != nil {
			return err
		}
	}
	if err := p.line("", x, values, blue, 1.2, nil); err != nil {
		return err
	}
	if err := p.dots("", x, values, blue, 2.5, draw.CircleGlyph{}); err != nil {
		return err
	}
	var sx, sy []float64
	rows := o.values["points"].([][]any)
	for i, row := range rows {
		signal, isText := row[len(row)-1].(string)
		if isText && signal != "Common Cause" || !isText && (asFloat(row[len(row)-1]) != 0 || asFloat(row[len(row)-2]) != 0) {
			sx, sy = append(sx, x[i]), append(sy, values[i])
		}
	}
	if err := p.dots("signal", sx, sy, orange, 3.5, draw.CircleGlyph{}); err != nil {
		return err
	}
	p.X.Tick.Marker = named(periods, 8)
	p.axes("", c.header(c.Method.Roles[1].Name))
	if c.Method.Roles[len(c.Method.Roles)-1].Name == "size" {
		p.axes("", c.header("events")+" / "+c.header("total"))
	}
	return nil
}

// steps turns a level per point into a line with steps halfway between the points.
func steps(y []float64) (sx, sy []float64) {
	for i, v := range y {
		sx, sy = append(sx, float64(i)-0.5, float64(i)+0.5), append(sy, v, v)
	}
	return sx, sy
}

// drawIntervals draws one line per row, the lowest value first.
func drawIntervals(_ *Call, o *Object, p *picture) error {
	name := "p"
	if columns, _ := o.values["columns"].([]string); slices.Contains(columns, "rate") {
		name = "rate"
	}
	return caterpillar(o, p, "rows", name, "")
}

func drawShrunk(_ *Call, o *Object, p *picture) error {
	return caterpillar(o, p, "rows", "shrunk", "raw")
}

func caterpillar(o *Object, p *picture, rows, value, beside string) error {
	values, low, high, names := o.column(rows, value), o.column(rows, "low"), o.column(rows, "high"), o.first(rows)
	order := make([]int, 0, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	if len(order) == 0 {
		return pipelines.Errorf("no row has a value")
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	at := make([]float64, len(order))
	labels := make([]string, len(order))
	for i, from := range order {
		at[i], labels[i] = float64(i), p.label(names[from], from)
	}
	values, low, high = reorder(values, order), reorder(low, order), reorder(high, order)
	if err := p.bars(at, low, high, grey, 1.2, true); err != nil {
		return err
	}
	if beside != "" {
		if err := p.dots(beside, reorder(o.column(rows, beside), order), at, grey, 2.2, draw.RingGlyph{}); err != nil {
			return err
		}
	}
	if err := p.dots(value, values, at, blue, 2.8, draw.CircleGlyph{}); err != nil {
		return err
	}
	if len(order) <= 60 {
		p.Y.Tick.Marker = named(labels, 60)
		p.height = vg.Length(math.Max(8, 1.5+0.45*float64(len(order)))) * vg.Centimeter
	} else {
		p.Y.Tick.Marker = named(nil, 1)
	}
	p.Y.Min, p.Y.Max = -0.7, float64(len(order))-0.3
	if beside == "" {
		p.Legend = plot.NewLegend() // one kind of point needs no key
	}
	p.axes(value, "")
	return nil
}

// drawParts draws what each group adds: rate and mix contributions side by side.
func drawParts(_ *Call, o *Object, p *picture) error {
	names := o.first("by_group")
	if len(names) == 0 {
		return pipelines.Errorf("there is no group")
	}
	for i := range names {
		names[i] = p.label(names[i], i)
	}
	for k, column := range []string{"rate_contribution", "mix_contribution"} {
		bars, err := plotter.NewBarChart(plotter.Values(o.column("by_group", column)), vg.Points(6))
		if err != nil {
			return err
		}
		bars.Color, bars.LineStyle.Width, bars.Offset, bars.Horizontal = series[k], 0, vg.Points(float64(6*k-3)), true
		p.Add(bars)
		p.Legend.Add(strings.TrimSuffix(column, "_contribution"), bars)
	}
	p.Y.Tick.Marker = named(names, 60)
	p.height = vg.Length(math.Max(8, 2+0.6*float64(len(names)))) * vg.Centimeter
	p.axes("contribution to the difference", "")
	return nil
}
