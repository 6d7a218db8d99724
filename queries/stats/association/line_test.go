package association

import (
	"math"
	"testing"
)

// Anscombe (1973, The American Statistician 27:17–21), first set; R's confint(lm(y1 ~ x1, anscombe)) prints 0.2333701 and 0.7668117.
func TestAnscombesLine(t *testing.T) {
	x := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5, math.NaN()}
	y := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68, 3}
	l := Straight(x, y)
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"slope", l.Slope.Value, 0.5000909}, {"low", l.Interval.Low.Value, 0.2333701}, {"high", l.Interval.High.Value, 0.7668117}, {"smallest x", l.Low, 4}, {"largest x", l.High, 14}} {
		if math.Abs(c.got-c.want) > 5e-8 {
			t.Errorf("%s %.7f, want %.7f", c.name, c.got, c.want)
		}
	}
	if l.N != 11 || len(l.Warnings) != 1 {
		t.Errorf("%d pairs, warnings %v", l.N, l.Warnings)
	}
}

// What has no line says so and gives no number.
func TestNoLine(t *testing.T) {
	for name, xy := range map[string][2][]float64{
		"nothing":     {},
		"three pairs": {{1, 2, 3}, {1, 2, 4}},
		"one x":       {{7, 7, 7, 7, 7}, {1, 2, 3, 4, 5}},
		"one odd x":   {{.1 + .2, .3, .3, .3}, {1, 2, 3, 4}},
		"infinite":    {{1, 2, 3, math.Inf(1)}, {1, 2, 3, 4}},
	} {
		if l := Straight(xy[0], xy[1]); l.Slope.Known || l.Interval.Known() || len(l.Warnings) == 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}
