package picture

import (
	"math"

	"hulian/dashboards/view"
)

// stripTall is how high a strip is: less than a sparkline, of which it is as wide.
const stripTall = 18.0

// strip draws the values of all others as grey marks on one line and the unit's own as a dot. Better lies to the right.
func strip(s *view.Strip) string {
	var c canvas
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range append([]float64{s.Own.X}, s.Others...) {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if s.Down {
		low, high = high, low
	}
	x := func(v float64) float64 {
		if high == low {
			return sparkWide / 2
		}
		return 6 + (v-low)/(high-low)*(sparkWide-12)
	}
	c.rect(2, stripTall/2-4, sparkWide-4, 8, 2, "f-shade")
	for _, v := range s.Others {
		if !math.IsNaN(v) {
			c.line(x(v), stripTall/2-5, x(v), stripTall/2+5, 1.6, "s-grey", "")
		}
	}
	if s.Own.Known() {
		c.dot(x(s.Own.X), stripTall/2, 5, s.Tone(), s.Own.Small())
	}
	return c.picture(sparkWide, stripTall, s.Said)
}
