package interrupted

import (
	"encoding/json"
	"math"
	"testing"

	"hulian/queries/stats/estimate"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

// Annual flow of the Nile at Aswan 1871–1970, 10⁸ m³ (Cobb 1978, Biometrika 65:243–251; Durbin & Koopman 2001): the dam of
// 1898 takes the mean from 1097.75 to 849.9722 (R package strucchange, coef(breakpoints(Nile ~ 1))).
var nile = []float64{1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740}

func TestNile(t *testing.T) {
	var points []Point
	for i, y := range nile {
		points = append(points, Point{Time: float64(1871 + i), After: 1871+i > 1898, Y: y})
	}
	f := Linear(points, Options{Terms: []string{"step"}, Lags: []int{0, 3}})
	near(t, "before", f.Terms[0].Value.Value, 1097.75, 1e-9)
	near(t, "step", f.Terms[1].Value.Value, 849.9722222-1097.75, 1e-6)
	// White's standard error of a mean's difference: √(Σe²/n² of each side).
	var sums, n [2]float64
	for _, p := range points {
		m := map[bool]float64{false: 1097.75, true: 849.9722222}[p.After]
		sums[btoi(p.After)] += (p.Y - m) * (p.Y - m)
		n[btoi(p.After)]++
	}
	near(t, "White's", f.Terms[1].NeweyWest[0].Value, math.Sqrt(sums[0]/n[0]/n[0]+sums[1]/n[1]/n[1]), 1e-6)
	if f.Terms[1].NeweyWest[1].Value <= f.Terms[1].NeweyWest[0].Value {
		t.Error("years resemble their neighbours: the standard error that allows for it must be wider")
	}
	both := Linear(points, Options{Terms: []string{"time", "step", "slope_change"}})
	near(t, "trend after", both.PostTrend.Value, both.Terms[1].Value.Value+both.Terms[3].Value.Value, 1e-12)
}

// A step alone compares two pooled rates: log(17/9 ÷ 30/20) with variance 1/17 + 1/30.
func TestStepOfRates(t *testing.T) {
	points := []Point{{Time: 1, Y: 12, Base: 10}, {Time: 2, Y: 18, Base: 10}, {Time: 3, Y: 7, Base: 4, After: true}, {Time: 4, Y: 10, Base: 5, After: true}}
	f := Poisson(points, Options{Terms: []string{"step"}, Offset: true})
	near(t, "ratio", f.Terms[1].Ratio.Value, 17.0/9/(30.0/20), 1e-9)
	near(t, "se", f.Terms[1].SE.Value, math.Sqrt(1.0/17+1.0/30), 1e-9)
	near(t, "without", f.Moments[2].Without.Value, 4*30.0/20, 1e-9)
	quasi := Poisson(points, Options{Terms: []string{"step"}, Offset: true, Quasi: true})
	near(t, "quasi", quasi.Terms[1].SE.Value, f.Terms[1].SE.Value*math.Sqrt(f.Dispersion.Value), 1e-12)
}

func TestSeriesThatSayNothing(t *testing.T) {
	line := func(n int, after func(i int) bool, y func(i int) float64) (points []Point) {
		for i := range n {
			points = append(points, Point{Time: float64(i + 1), After: after(i), Y: y(i)})
		}
		return points
	}
	half := func(i int) bool { return i >= 10 }
	for name, c := range map[string]struct {
		points []Point
		o      Options
	}{
		"nothing":     {nil, Options{}},
		"no after":    {line(20, func(int) bool { return false }, func(i int) float64 { return float64(i) }), Options{}},
		"no before":   {line(20, func(int) bool { return true }, func(i int) float64 { return float64(i) }), Options{}},
		"all zero":    {line(20, half, func(int) float64 { return 0 }), Options{}},
		"missing":     {line(20, half, func(int) float64 { return math.NaN() }), Options{}},
		"short":       {line(3, func(i int) bool { return i > 1 }, func(int) float64 { return 1 }), Options{Terms: []string{"time", "step", "slope_change"}}},
		"twice":       {line(20, half, func(i int) float64 { return float64(i % 5) }), Options{Terms: []string{"step", "step"}}},
		"nobody's":    {line(20, half, func(i int) float64 { return float64(i) }), Options{Terms: []string{"rain"}}},
		"zero after":  {line(20, half, func(i int) float64 { return float64(3 * (1 - btoi(i >= 10))) }), Options{Terms: []string{"step"}}},
		"no harmonic": {line(20, half, func(i int) float64 { return float64(i) }), Options{Terms: []string{"harmonics 0"}}},
	} {
		for model, fit := range map[string]func([]Point, Options) Fit{"poisson": Poisson, "linear": Linear} {
			f := fit(c.points, c.o)
			if _, err := json.Marshal(f); err != nil {
				t.Errorf("%s, %s: %v", name, model, err)
			}
			said := false
			for _, w := range f.Warnings {
				said = said || w.Code == estimate.NotEstimable || w.Code == estimate.NoSpread
			}
			if linearHolds := model == "linear" && (name == "all zero" || name == "zero after"); !said && !linearHolds {
				t.Errorf("%s, %s: not said to be beyond estimate: %+v", name, model, f)
			}
		}
	}
}
