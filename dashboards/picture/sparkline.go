package picture

import (
	"math"

	"hulian/dashboards/view"
)

// The size of a sparkline. It holds no text, so that it may be shown at any width.
const (
	sparkWide = 200.0
	sparkTall = 46.0
)

// sparkline draws a course: the limits shaded, the months as a line, the newest as a mark.
func sparkline(s view.Course) string {
	var c canvas
	trend := s.Trend
	low, high := math.Inf(1), math.Inf(-1)
	for _, set := range [][]float64{trend.Values, trend.Low, trend.High} {
		for _, v := range set {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if high-low < 1e-9 {
		low, high = low-1, high+1
	}
	x := func(i float64) float64 {
		return 4 + i*(sparkWide-14)/math.Max(float64(len(trend.Values)-1), 1)
	}
	y := func(v float64) float64 { return sparkTall - 7 - (v-low)/(high-low)*(sparkTall-14) }
	c.path(area(trend.Low, trend.High, x, y), 0, "f-band")
	c.path(curve(trend.Values, x, y), 1.8, "s-ink")
	for i, v := range trend.Values {
		if trend.HollowAt(i) && !math.IsNaN(v) && i != trend.Newest() {
			c.write(`<circle cx="`, px(x(float64(i))), `" cy="`, px(y(v)), `" r="2.2" stroke-width="1.2" class="f-paper s-grey"/>`)
		}
	}
	if i := trend.Newest(); i >= 0 {
		c.dot(x(float64(i)), y(trend.Values[i]), 4.2, s.Tone, trend.HollowAt(i))
	}
	return c.picture(sparkWide, sparkTall, s.Said)
}

// area is the field between two lines, where both are known.
func area(low, high []float64, x, y func(float64) float64) string {
	d, back := "", ""
	for i := range min(len(low), len(high)) {
		if math.IsNaN(low[i]) || math.IsNaN(high[i]) {
			if d != "" {
				break
			}
			continue
		}
		command := "L"
		if d == "" {
			command = "M"
		}
		d += command + px(x(float64(i))) + " " + px(y(high[i]))
		back = "L" + px(x(float64(i))) + " " + px(y(low[i])) + back
	}
	if d == "" {
		return "M0 0"
	}
	return d + back + "Z"
}
