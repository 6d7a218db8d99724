package rate

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

// Table I of Newcombe (1998), Statistics in Medicine 17:857–872, methods 3 to 5.
func TestNewcombe(t *testing.T) {
	for _, c := range []struct {
		x, n                     float64
		wilson, corrected, exact [2]float64
	}{
		{81, 263, [2]float64{0.2553, 0.3662}, [2]float64{0.2535, 0.3682}, [2]float64{0.2527, 0.3676}},
		{15, 148, [2]float64{0.0624, 0.1605}, [2]float64{0.0598, 0.1644}, [2]float64{0.0578, 0.1617}},
		{0, 20, [2]float64{0, 0.1611}, [2]float64{0, 0.2005}, [2]float64{0, 0.1684}},
		{1, 29, [2]float64{0.0061, 0.1718}, [2]float64{0.0018, 0.1963}, [2]float64{0.0009, 0.1776}},
	} {
		for _, m := range []struct {
			of   func(x, n, confidence float64) Rate
			want [2]float64
		}{{Wilson, c.wilson}, {WilsonContinuity, c.corrected}, {ClopperPearson, c.exact}} {
			r := m.of(c.x, c.n, 0.95)
			near(t, string(r.Method)+" low", r.Low.Value, m.want[0], 6e-5)
			near(t, string(r.Method)+" high", r.High.Value, m.want[1], 6e-5)
			// All events are no events seen from the other side.
			other := m.of(c.n-c.x, c.n, 0.95)
			near(t, string(r.Method)+" mirrored", 1-other.High.Value, r.Low.Value, 1e-12)
		}
	}
}

func TestWilsonEnds(t *testing.T) {
	if r := Wilson(0, 7, 0.95); r.Low.Value != 0 || !r.Low.Known {
		t.Errorf("no event of 7: low end %v, want exactly 0", r.Low)
	}
	if r := Wilson(7, 7, 0.95); r.High.Value != 1 {
		t.Errorf("7 of 7: high end %v, want exactly 1", r.High)
	}
}

// Exact Poisson limits as tabulated by Garwood (1936) and in most textbooks; Byar's are within 0.02 of them from 10 on.
func TestPoissonLimits(t *testing.T) {
	for count, want := range map[float64][2]float64{0: {0, 3.6889}, 5: {1.6235, 11.6683}, 10: {4.7954, 18.3904}, 50: {37.1110, 65.9188}} {
		r := ExactPoisson(count, 1, 1, 0.95)
		near(t, "low", r.Low.Value, want[0], 6e-5)
		near(t, "high", r.High.Value, want[1], 6e-5)
		if count >= ExactLimit {
			b := Byar(count, 1, 1, 0.95)
			near(t, "Byar low", b.Low.Value, want[0], 0.02)
			near(t, "Byar high", b.High.Value, want[1], 0.02)
		}
	}
	r := Counts(12, 4863, 1000, 0.95)
	if r.Method != ByarCI {
		t.Errorf("12 events are judged by %s, want Byar", r.Method)
	}
	near(t, "per 1,000", r.Value.Value, 12000.0/4863, 1e-12)
	if r := Counts(9, 4863, 1000, 0.95); r.Method != ExactPoissonCI {
		t.Errorf("9 events are judged by %s, want the exact limits", r.Method)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range [][2]float64{{1, 0}, {0, 0}, {5, 4}, {-1, 4}, {math.NaN(), 4}, {1, math.Inf(1)}} {
		for _, r := range []Rate{Wilson(c[0], c[1], 0.95), WilsonContinuity(c[0], c[1], 0.95), ClopperPearson(c[0], c[1], 0.95)} {
			if r.Value.Known || r.Low.Known || len(r.Warnings) == 0 {
				t.Errorf("%s of %v: %v with %d warnings, want nothing and a warning", r.Method, c, r.Value, len(r.Warnings))
			}
		}
	}
	if r := Byar(3, 0, 1, 0.95); r.Value.Known || len(r.Warnings) == 0 {
		t.Errorf("a base of 0 gave %v", r.Value)
	}
}

func FuzzRates(f *testing.F) {
	f.Add(0.0, 0.0, 0.95, 1.0)
	f.Add(81.0, 263.0, 0.99, 1000.0)
	f.Add(1e9, 1e9, 0.9999, 1.0)
	f.Add(0.5, 1e-300, 1e-12, 1e300)
	f.Fuzz(func(t *testing.T, x, n, confidence, scale float64) {
		for _, r := range []Rate{Wilson(x, n, confidence), WilsonContinuity(x, n, confidence), ClopperPearson(x, n, confidence),
			Byar(x, n, scale, confidence), ExactPoisson(x, n, scale, confidence)} {
			for _, v := range []float64{r.Value.Value, r.Low.Value, r.High.Value, r.Numerator, r.Denominator} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s(%v, %v): %+v", r.Method, x, n, r)
				}
			}
			if r.Low.Known && r.High.Known && r.Value.Known && x == math.Trunc(x) && n == math.Trunc(n) && x < 1e9 && r.Confidence > 0.5 { // fractions of events are beyond the methods
				slack := 1e-6*math.Abs(r.Value.Value) + 1e-12
				if r.Low.Value > r.Value.Value+slack && x > 0 || r.High.Value < r.Value.Value-slack {
					t.Fatalf("%s(%v, %v, %v): %v outside [%v, %v]", r.Method, x, n, confidence, r.Value, r.Low, r.High)
				}
			}
		}
	})
}
