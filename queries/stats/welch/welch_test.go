package welch

import (
	"math"
	"testing"
)

// Hours of sleep gained under two drugs (Student 1908, Biometrika 6:1–25; data set sleep of R). R's t.test(extra ~ group)
// gives t = −1.8608, df = 17.776 and the interval −3.3654832 to 0.2054832.
func TestSleep(t *testing.T) {
	d := Compare(Of([]float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}), Of([]float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}))
	interval := d.Interval(0.95)
	for what, of := range map[string][3]float64{
		"difference": {d.Value, -1.58, 1e-12}, "t": {d.Value / math.Sqrt(d.Variance), -1.8608, 5e-5}, "df": {d.DF.Value, 17.776, 5e-4},
		"low": {interval.Low.Value, -3.3654832, 5e-8}, "high": {interval.High.Value, 0.2054832, 5e-8},
	} {
		if !(math.Abs(of[0]-of[1]) <= of[2]) {
			t.Errorf("%s is %.8g, R has %.8g", what, of[0], of[1])
		}
	}
}

func TestTooLittleToCompare(t *testing.T) {
	two := Of([]float64{1, 2})
	for what, d := range map[string]Difference{
		"one value": Compare(Of([]float64{3}), two), "no value": Compare(two, Of(nil)), "nothing varies": Compare(Of([]float64{1, 1}), Of([]float64{4, 4})),
	} {
		if interval := d.Interval(0.95); d.DF.Known || interval.Low.Known || interval.High.Known {
			t.Errorf("%s: df %v, interval %v", what, d.DF, interval)
		}
	}
}
