package picture

import (
	"math"

	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// scale turns numbers into places along a picture.
type scale struct {
	low, high float64 // numbers
	from, to  float64 // places
}

func (s scale) at(x float64) float64 {
	if s.high <= s.low {
		return (s.from + s.to) / 2
	}
	return s.from + (min(max(x, s.low), s.high)-s.low)/(s.high-s.low)*(s.to-s.from)
}

// scaleOf spans the numbers given, a little wider, up to round ones. Ends that the axis names win.
func scaleOf(axis view.Axis, from, to float64, numbers ...float64) (scale, []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range numbers {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			low, high = min(low, x), max(high, x)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if high-low < 1e-9 {
		low, high = low-1, high+1
	}
	if axis.Min != nil {
		low = *axis.Min
	}
	if axis.Max != nil {
		high = *axis.Max
	}
	step := stepOf(high-low, max(2, math.Floor(math.Abs(to-from)/54)))
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	if axis.Min != nil {
		low = *axis.Min
	}
	if axis.Max != nil {
		high = *axis.Max
	}
	var ticks []float64
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9; i++ {
		ticks = append(ticks, math.Round(i*step*1e9)/1e9+0) // no −0
	}
	return scale{low, high, from, to}, ticks
}

// stepOf is a round step that parts a span in at most n.
func stepOf(span, n float64) float64 {
	raw := span / n
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if f*power >= raw-1e-12 {
			return f * power
		}
	}
	return 10 * power
}

// written is a number as the axis writes it.
func written(a view.Axis, x float64, step float64) string {
	decimals := 0
	for scaled := step; decimals < 6 && math.Abs(scaled-math.Round(scaled)) > 1e-6; scaled *= 10 {
		decimals++
	}
	text := reading.Decimal(x, decimals)
	if a.Signed && x > 1e-9 {
		text = "+" + text
	}
	return text + a.Suffix
}

// horizontal draws a horizontal axis with its grid: numbers below, the title below them.
func (c *canvas) horizontal(a view.Axis, s scale, ticks []float64, top, bottom float64) (height float64) {
	step := 1.0
	if len(ticks) > 1 {
		step = ticks[1] - ticks[0]
	}
	for _, t := range ticks {
		class := "s-grid"
		if a.Signed && math.Abs(t) < 1e-9 {
			class = "s-line"
		}
		c.line(s.at(t), top, s.at(t), bottom, 1, class, "")
		text, at := written(a, t, step), middle
		if half := width(text, normal) / 2; s.at(t)+half > s.to+14 {
			at = end
		} else if s.at(t)-half < 2 {
			at = start
		}
		c.text(s.at(t), bottom+17, at, normal, false, "f-quiet", text)
	}
	if a.Title == "" {
		return 24
	}
	c.text(s.to, bottom+35, end, normal, false, "f-quiet", cut(a.Title, normal, s.to))
	return 42
}
