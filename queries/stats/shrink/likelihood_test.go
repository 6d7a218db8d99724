package shrink

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// Boys among the first 12 children in 6115 Saxon families (Geissler 1889; Lindsey & Altham 1998), as tabulated in the
// worked example of the beta-binomial distribution.
var families = []float64{3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7}

func saxony() []Unit {
	var units []Unit
	for boys, count := range families {
		for range int(count) {
			units = append(units, Unit{Events: float64(boys), Base: 12})
		}
	}
	return units
}

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, slack)
	}
}

func TestBetaBinomialSaxony(t *testing.T) {
	fit := BetaBinomial(saxony(), MaximumLikelihood, 0.95)
	near(t, "alpha", fit.Prior.Alpha.Value, 34.1028576159, 1e-6)
	near(t, "beta", fit.Prior.Beta.Value, 31.5782341552, 1e-6)
	near(t, "loglik", fit.Prior.LogLik.Value, -12492.8713586, 1e-6)
	moments := BetaPrior(saxony(), RawMoments)
	// Published: 34.1350, 31.6085.
	near(t, "alpha by raw moments", moments.Alpha.Value, 34.1350, 5e-5)
	near(t, "beta by raw moments", moments.Beta.Value, 31.6085, 5e-5)
	near(t, "Kleinman's alpha", BetaPrior(saxony(), Kleinman).Alpha.Value, 34.0950082213, 1e-9)
}

// Failures of ten pumps in a power plant over t thousand hours (Gaver & O'Muircheartaigh 1987, Technometrics 29:1–15).
var pumps = []Unit{{5, 94.32}, {1, 15.72}, {5, 62.88}, {14, 125.76}, {3, 5.24}, {19, 31.44}, {1, 1.048}, {1, 1.048}, {4, 2.096}, {22, 10.48}}

func TestGammaPoissonPumps(t *testing.T) {
	fit := GammaPoisson(pumps, MaximumLikelihood, 0.95)
	a, b := fit.Prior.Alpha.Value, fit.Prior.Beta.Value
	// The maximum, whatever path led there: no neighbour is more likely.
	at := func(alpha, beta float64) float64 {
		var l float64
		for _, u := range pumps {
			l += lgamma(u.Events+alpha) - lgamma(alpha) - lgamma(u.Events+1) + alpha*math.Log(beta/(beta+u.Base)) + u.Events*math.Log(u.Base/(beta+u.Base))
		}
		return l
	}
	near(t, "log likelihood", fit.Prior.LogLik.Value, at(a, b), 1e-9)
	for _, step := range [][2]float64{{1.01, 1}, {0.99, 1}, {1, 1.01}, {1, 0.99}, {1.01, 1.01}, {0.99, 0.99}} {
		if at(a*step[0], b*step[1]) >= at(a, b) {
			t.Errorf("α %v, β %v is not the maximum: better at × %v", a, b, step)
		}
	}
	// Gaver & O'Muircheartaigh print α = 0.82 and β = 1.27.
	near(t, "alpha", a, 0.82, 0.01)
	near(t, "beta", b, 1.27, 0.02)
	for _, u := range fit.Units {
		if low, high := min(u.Raw.Value, fit.Prior.Mean.Value), max(u.Raw.Value, fit.Prior.Mean.Value); u.Value.Value < low || u.Value.Value > high {
			t.Errorf("%v is not between the unit's own rate and the prior mean", u.Value)
		}
	}
}

func TestUnequalBases(t *testing.T) {
	units := []Unit{{41, 143}, {25, 187}, {24, 323}, {23, 122}, {25, 164}, {42, 405}, {24, 239}, {53, 482}, {26, 195}, {25, 177}, {58, 581}, {31, 301}}
	p := BetaPrior(units, MaximumLikelihood)
	a, b := p.Alpha.Value, p.Beta.Value
	at := func(alpha, beta float64) float64 {
		var l float64
		for _, u := range units {
			l += lgamma(u.Events+alpha) + lgamma(u.Base-u.Events+beta) - lgamma(u.Base+alpha+beta) - lgamma(alpha) - lgamma(beta) + lgamma(alpha+beta)
			l += lgamma(u.Base+1) - lgamma(u.Events+1) - lgamma(u.Base-u.Events+1)
		}
		return l
	}
	near(t, "log likelihood", p.LogLik.Value, at(a, b), 1e-8)
	for _, step := range [][2]float64{{1.001, 1}, {0.999, 1}, {1, 1.001}, {1, 0.999}} {
		if at(a*step[0], b*step[1]) > at(a, b) {
			t.Errorf("α %v, β %v is not the maximum: better at × %v", a, b, step)
		}
	}
}

// Villages that are all or nothing have no common rate: each keeps its own, with the exact interval of its own data.
func TestAllOrNothingIsNotShrunk(t *testing.T) {
	for _, method := range []Method{MaximumLikelihood, Kleinman, SampleVariance, Hierarchical} {
		fit := BetaBinomial([]Unit{{0, 10}, {10, 10}, {0, 10}, {10, 10}, {0, 0}}, method, 0.95)
		for i, want := range []float64{0, 1, 0, 1} {
			near(t, string(method), fit.Units[i].Value.Value, want, 0)
			if fit.Units[i].Weight.Value != 1 {
				t.Errorf("%s: weight %v", method, fit.Units[i].Weight)
			}
		}
		// 0 of 10: 0 to 1 − 0.025^(1/10) (Clopper & Pearson 1934).
		near(t, "upper limit of 0 of 10", fit.Units[0].High.Value, 1-math.Pow(0.025, 0.1), 1e-9)
		if u := fit.Units[4]; u.Value.Known || !fit.Prior.Apart || len(fit.Warnings) == 0 {
			t.Errorf("%s: a unit without a base has %v; %+v", method, u.Value, fit.Prior)
		}
	}
	if fit := BetaBinomial([]Unit{{0, 10}, {10, 10}, {1, 10}, {9, 10}, {5, 10}, {0, 10}}, MaximumLikelihood, 0.95); fit.Prior.Apart || !(fit.Units[0].Value.Value > 0) {
		t.Errorf("units in between bind the others: %+v", fit.Prior)
	}
}

// A ladder adds up what a loop over all j would.
func TestLadder(t *testing.T) {
	heights := []float64{0, 1, 7, 1023, 1024, 1025, 1026, 3000, 3000, 250_000}
	l := newLadder(heights)
	for name, f := range map[string]func(x float64) float64{
		"one":                       func(float64) float64 { return 1 },
		"logarithm, much variation": func(x float64) float64 { return math.Log(0.02 + x*0.3) },
		"logarithm, little":         func(x float64) float64 { return math.Log1p(x * 1e-9) },
		"second derivative":         func(x float64) float64 { return x * x / ((0.9 + 0.01*x) * (0.9 + 0.01*x)) },
		"falling":                   func(x float64) float64 { return 1 / (0.001 + x*x) },
	} {
		var want, got float64
		for _, h := range heights {
			for j := range int(h) {
				want += f(float64(j))
			}
		}
		for i, x := range l.at {
			got += l.times[i] * f(x)
		}
		near(t, name, got/want, 1, 1e-11)
	}
	if len(l.at) > 1500 {
		t.Errorf("%d rungs", len(l.at))
	}
}

// A thousand million trials: neither time nor memory grows with them, and the maximum stands where the score changes its
// sign.
func TestProvinces(t *testing.T) {
	var units []Unit
	for i := range 12 {
		n := 1e9 * (1 + float64(i%5)/7)
		units = append(units, Unit{Events: math.Round(n * (0.08 + 0.003*float64(i*i%13))), Base: n})
	}
	for i := range units {
		units[i].Base = math.Round(units[i].Base)
	}
	p := BetaPrior(units, MaximumLikelihood)
	score := func(alpha, beta float64) float64 { // of the logarithm of α+β, which is where rounding hits first
		var s float64
		for _, u := range units {
			s += mathext.Digamma(u.Events+alpha)*alpha - mathext.Digamma(alpha)*alpha + mathext.Digamma(u.Base-u.Events+beta)*beta - mathext.Digamma(beta)*beta
			s -= (alpha + beta) * (mathext.Digamma(u.Base+alpha+beta) - mathext.Digamma(alpha+beta))
		}
		return s
	}
	a, b := p.Alpha.Value, p.Beta.Value
	if below, above := score(0.9999*a, 0.9999*b), score(1.0001*a, 1.0001*b); below <= 0 || above >= 0 {
		t.Errorf("α %v, β %v: the score is %v below and %v above", a, b, below, above)
	}
}

func TestNoVariationIsNotInvented(t *testing.T) {
	same := []Unit{{50, 100}, {51, 100}, {49, 100}, {50, 100}, {101, 200}}
	for _, method := range []Method{MaximumLikelihood, Kleinman} {
		fit := BetaBinomial(same, method, 0.95)
		if !fit.Prior.Pooled || len(fit.Warnings) == 0 {
			t.Errorf("%s: a prior of %v is invented", method, fit.Prior.Alpha)
		}
		for _, u := range fit.Units {
			near(t, "pooled value", u.Value.Value, 301.0/600, 1e-12)
		}
	}
	if fit := GammaPoisson([]Unit{{10, 100}, {10, 100}, {11, 100}}, MaximumLikelihood, 0.95); !fit.Prior.Pooled {
		t.Errorf("counts alike as chance makes them get a prior of %v", fit.Prior.Alpha)
	}
}

func TestDegenerate(t *testing.T) {
	for name, units := range map[string][]Unit{
		"none": nil, "empty": {{0, 0}}, "one": {{3, 10}}, "no event": {{0, 10}, {0, 20}}, "all": {{10, 10}, {5, 5}},
		"single trials": {{1, 1}, {0, 1}, {1, 1}}, "all or nothing": {{10, 10}, {0, 10}, {10, 10}}, "refused": {{5, 3}, {-1, 3}, {math.NaN(), 1}},
	} {
		for _, fit := range []Fit{BetaBinomial(units, MaximumLikelihood, 0.95), BetaBinomial(units, Kleinman, 0.95), GammaPoisson(units, MaximumLikelihood, 0.95), GammaPoisson(units, Marshall, 0.95)} {
			if len(fit.Warnings) == 0 {
				t.Errorf("%s, %s: nothing is said", name, fit.Prior.Method)
			}
			if len(fit.Units) != len(units) {
				t.Errorf("%s: %d units of %d", name, len(fit.Units), len(units))
			}
		}
	}
}

func FuzzShrink(f *testing.F) {
	f.Add([]byte{1, 10, 0, 10, 10, 10, 3, 200}, uint8(1), 0.95)
	f.Add([]byte{0, 0, 0, 1, 0, 1}, uint8(0), 2.0)
	f.Fuzz(func(t *testing.T, b []byte, scale uint8, confidence float64) {
		var units []Unit
		for ; len(b) >= 2 && len(units) < 60; b = b[2:] {
			units = append(units, Unit{Events: float64(int8(b[0])) * float64(scale), Base: float64(int8(b[1])) * float64(scale) * (1 + float64(scale%3)/7)})
		}
		for _, fit := range []Fit{BetaBinomial(units, MaximumLikelihood, confidence), BetaBinomial(units, Kleinman, confidence), BetaBinomial(units, RawMoments, confidence),
			BetaBinomial(units, SampleVariance, confidence), BetaBinomial(units, Hierarchical, confidence), GammaPoisson(units, Hierarchical, confidence), GammaPoisson(units, MaximumLikelihood, confidence), GammaPoisson(units, Marshall, confidence)} {
			if _, err := json.Marshal(fit); err != nil {
				t.Fatal(err)
			}
			for _, u := range fit.Units {
				if u.Low.Known && u.High.Known && (u.Low.Value > u.High.Value || u.Value.Known && u.Value.Value < 0) {
					t.Fatalf("%s: %+v", fit.Prior.Method, u)
				}
			}
		}
	})
}
