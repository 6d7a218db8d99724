package honest

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"hulian/data/trials"
	"hulian/queries/stats/estimate"
)

// restaurants is the event study of a cut of value-added tax on restaurants, profits 2004 to 2012 with 2008 as reference:
// Benzarti & Carloni (2019), as given with HonestDiD for R and for Stata (MIT) and used by Rambachan & Roth (2023).
func restaurants() Study {
	return Study{Pre: []float64{0.006696352, 0.029345034, -0.006472972, 0.073014989}, Post: []float64{0.195961118, 0.312063903, 0.239541546, 0.126042500},
		Cov: [][]float64{
			{8.428358e-04, 4.768687e-04, 2.618051e-04, 0.0002354220, 0.0001676371, 0.0001128708, 1.992816e-05, -1.368265e-04},
			{4.768687e-04, 6.425420e-04, 3.987425e-04, 0.0002435515, 0.0002201960, 0.0001804591, 3.843765e-05, -2.960422e-05},
			{2.618051e-04, 3.987425e-04, 5.229950e-04, 0.0002117686, 0.0001840722, 0.0001458528, 7.005197e-05, 5.952995e-05},
			{2.354220e-04, 2.435515e-04, 2.117686e-04, 0.0003089595, 0.0001197866, 0.0001334081, 1.016335e-04, 1.079052e-04},
			{1.676371e-04, 2.201960e-04, 1.840722e-04, 0.0001197866, 0.0003599704, 0.0002478819, 1.749579e-04, 1.654257e-04},
			{1.128708e-04, 1.804591e-04, 1.458528e-04, 0.0001334081, 0.0002478819, 0.0004263950, 2.171438e-04, 2.892748e-04},
			{1.992816e-05, 3.843765e-05, 7.005197e-05, 0.0001016335, 0.0001749579, 0.0002171438, 4.886698e-04, 3.805322e-04},
			{-1.368265e-04, -2.960422e-05, 5.952995e-05, 0.0001079052, 0.0001654257, 0.0002892748, 3.805322e-04, 7.617394e-04}}}
}

func is(t *testing.T, what string, got estimate.Interval, low, high, within float64) {
	t.Helper()
	if !got.Known() || math.Abs(got.Low.Value-low) > within || math.Abs(got.High.Value-high) > within {
		t.Errorf("%s: %v to %v, want %v to %v", what, got.Low, got.High, low, high)
	}
}

// Published: what HonestDiD 0.2.8 for R gives for the average of the four years (tests of tkragholm/did_methods): the original
// interval, the identified sets, and the C-LF sets on a finer grid.
func TestRestaurants(t *testing.T) {
	s := restaurants()
	s.L = []float64{.25, .25, .25, .25}
	r := Of(s, Options{Mbar: []float64{.5, 1}, M: []float64{0}, Grid: 4001, Width: 40})
	is(t, "original", r.Original, 0.1837990234, 0.2530055096, 1e-8)
	is(t, "identified at 0.5", r.Relative[0].Identified, 0.1190423144, 0.3177622186, 1e-8)
	is(t, "identified at 1", r.Relative[1].Identified, 0.0196823622, 0.4171221708, 1e-8)
	is(t, "C-LF at 0.5", r.Relative[0].CLF, 0.067754, 0.369191, .004)
	is(t, "C-LF at 1", r.Relative[1].CLF, -0.069686, 0.506632, .006)
	if b, ok := r.RelativeBreakdownCLF.Get(); !ok || b < .5 || b > 1 {
		t.Errorf("breakdown of C-LF %v, between 0.5 and 1", r.RelativeBreakdownCLF)
	}
	if !r.SmoothBreakdownFLCI.Known || r.SmoothBreakdownFLCI.Value <= 0 {
		t.Errorf("breakdown of the fixed-length interval %v", r.SmoothBreakdownFLCI)
	}
	// Sets grow with the violations allowed, hold the identified sets, and the narrow grid says that it is too narrow.
	narrow := Of(s, Options{Width: 5})
	if len(narrow.Warnings) == 0 || !strings.Contains(narrow.Warnings[0].Text, "end of the grid") {
		t.Errorf("a grid too narrow: %v", narrow.Warnings)
	}
	again := Of(s, Options{Mbar: []float64{.5, 1}, M: []float64{0}, Grid: 4001, Width: 40, Seed: 1})
	if again.Relative[1] != r.Relative[1] {
		t.Error("the same seed gives another set")
	}
}

// Published: Armstrong & Kolesár (2020), table 1, critical values at 95% by bias over standard error.
func TestFolded(t *testing.T) {
	for bias, want := range map[float64]float64{0: 1.960, .1: 1.970, .2: 1.999, .5: 2.181, 1: 2.646, 1.5: 3.145, 2: 3.645} {
		if got := folded(bias, .05); math.Abs(got-want) > 5.1e-4 {
			t.Errorf("critical value at %v: %v, want %v", bias, got, want)
		}
	}
}

func TestTail(t *testing.T) {
	if got := tail(1.959964, math.Inf(-1), math.Inf(1)); math.Abs(got-.025) > 1e-7 {
		t.Errorf("upper tail %v", got)
	}
	if got := tail(1, 0, 2); math.Abs(got-(.8413447461-.9772498681)/(.5-.9772498681)) > 1e-9 {
		t.Errorf("between 0 and 2: %v", got)
	}
	for _, x := range []float64{35, 50, 300} { // P(Z > x + 1/x | Z > x) goes to 1/e
		if got := tail(x+1/x, x, math.Inf(1)); math.Abs(got-math.Exp(-1)) > 2e-3 {
			t.Errorf("far out at %v: %v", x, got)
		}
	}
}

// random is an event study with a covariance of full rank.
func random(r *rand.Rand, pre, post int) Study {
	n := pre + post
	a := mat.NewDense(n, n, nil)
	a.Apply(func(_, _ int, _ float64) float64 { return .1 * r.NormFloat64() }, a)
	var cov mat.Dense
	cov.Mul(a, a.T())
	s := Study{Cov: make([][]float64, n), L: make([]float64, post)}
	for i := range n {
		s.Cov[i] = mat.Row(nil, i, &cov)
		s.Cov[i][i] += .01
		if i < pre {
			s.Pre = append(s.Pre, .2*r.NormFloat64())
		} else {
			s.Post = append(s.Post, .5+.2*r.NormFloat64())
			s.L[i-pre] = float64(r.IntN(4)-1) / 2
		}
	}
	s.L[0] += 1
	return s
}

// The corners of the dual stand for its linear programme: max λ′y over λ ≥ 0, λ′sd = 1, X′λ = 0, where X is what the nuisance
// parameters add to the moments. gonum's simplex method finds the same value.
func TestCornersAreTheLinearProgramme(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range trials.Seeds(t, 60) {
		pre, post := 1+r.IntN(4), 2+r.IntN(4)
		s := random(r, pre, post)
		study := Of(s, Options{Mbar: []float64{}, M: []float64{}, Draws: 1})
		mbar, theta, side := 2*r.Float64(), r.NormFloat64(), float64(1-2*r.IntN(2))
		largest := scaled(study.change(-r.IntN(pre)), side)
		var limits []limit
		for k, c := range study.tails() {
			limits = append(limits, limit{form: study.change(k + 1), bound: scaled(largest, mbar), weight: c})
		}
		if r.IntN(2) == 0 {
			limits = nil
			for k, e := range study.bends() {
				limits = append(limits, limit{form: study.bend(k), size: mbar / 10, weight: e})
			}
		}
		corners := math.Inf(-1)
		for _, c := range study.test(limits, nil).corners {
			corners = math.Max(corners, c.at-c.slope*theta)
		}
		want, ok := programme(study, limits, theta)
		if !ok {
			continue
		}
		if math.Abs(corners-want) > 1e-7*(1+math.Abs(want)) {
			t.Fatalf("corners %v, linear programme %v; %d before, %d after, M %v", corners, want, pre, post, mbar)
		}
	}
}

// programme solves it, with effects after the start as θ times a direction d, L′d = 1, and a basis of what L does not see.
func programme(r Result, limits []limit, theta float64) (value float64, ok bool) {
	n, m := len(r.study.Pre), len(r.study.Post)
	at := 0
	for at < m && r.study.L[at] == 0 {
		at++
	}
	if at == m {
		return 0, false
	}
	a := mat.NewDense(m, 2*len(limits), nil) // sd, and one row for each nuisance parameter
	y := make([]float64, 2*len(limits))
	for i, l := range limits {
		for j, side := range []float64{1, -1} {
			moment, col := l.moment(side), 2*i+j
			after := moment[n:]
			y[col] = -(floats.Dot(moment, r.beta) - l.size - theta*after[at]/r.study.L[at])
			a.Set(0, col, math.Sqrt(r.variance(moment)))
			row := 1
			for k := range m {
				if k != at {
					a.Set(row, col, after[k]-after[at]*r.study.L[k]/r.study.L[at])
					row++
				}
			}
		}
	}
	b := make([]float64, m)
	b[0] = 1
	value, _, err := lp.Simplex(y, a, b, 1e-10, nil)
	return -value, err == nil
}

// On random studies: sets hold what they must, grow with the violation, and do not depend on the unit of measurement.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range trials.Seeds(t, 12) {
		s := random(r, 1+r.IntN(5), 1+r.IntN(4))
		o := Options{Mbar: []float64{0, 1, 2}, M: []float64{0, .1, .5}, Draws: 500, Width: 60, Grid: 2001}
		a := Of(s, o)
		if !a.Theta.Known {
			t.Fatalf("refused: %v", a.Warnings)
		}
		scaledUp := Study{Pre: scaled(s.Pre, 100), Post: scaled(s.Post, 100), L: s.L}
		for _, row := range s.Cov {
			scaledUp.Cov = append(scaledUp.Cov, scaled(row, 1e4))
		}
		o.M = []float64{0, 10, 50}
		b := Of(scaledUp, o)
		for i := range a.Relative {
			is(t, "identified, scaled", b.Relative[i].Identified, 100*a.Relative[i].Identified.Low.Value, 100*a.Relative[i].Identified.High.Value, 1e-6)
			wider(t, a, i)
			x, y := a.Smooth[i].FLCI, b.Smooth[i].FLCI
			is(t, "fixed length, scaled", y, 100*x.Low.Value, 100*x.High.Value, 1e-3*(y.High.Value-y.Low.Value))
		}
	}
}

func wider(t *testing.T, a Result, i int) {
	t.Helper()
	if i == 0 {
		return
	}
	step := 2 * a.GridStep.Value
	for _, pair := range [][2]estimate.Interval{{a.Relative[i-1].Identified, a.Relative[i].Identified}, {a.Relative[i-1].Conditional, a.Relative[i].Conditional}, {a.Smooth[i-1].FLCI, a.Smooth[i].FLCI}} {
		if pair[0].Known() && pair[1].Known() && (pair[1].High.Value-pair[1].Low.Value)-(pair[0].High.Value-pair[0].Low.Value) < -step {
			t.Errorf("a larger violation gives a narrower set: %v and %v", pair[0], pair[1])
		}
	}
}

// Where nothing can be said, a sentence says why.
func TestNotEstimable(t *testing.T) {
	good := restaurants()
	change := func(f func(s *Study)) Study {
		s := restaurants()
		f(&s)
		return s
	}
	for name, c := range map[string]struct {
		s    Study
		says string
	}{
		"no pre-period":   {Study{Post: good.Post, Cov: good.Cov}, "before the start"},
		"none after":      {Study{Pre: good.Pre, Cov: good.Cov}, "after the start"},
		"weights":         {change(func(s *Study) { s.L = []float64{1} }), "1 weights for 4"},
		"short matrix":    {change(func(s *Study) { s.Cov = s.Cov[1:] }), "7 rows for 8"},
		"ragged":          {change(func(s *Study) { s.Cov[2] = s.Cov[2][1:] }), "a row of 7"},
		"not a number":    {change(func(s *Study) { s.Post[0] = math.NaN() }), "missing"},
		"not symmetric":   {change(func(s *Study) { s.Cov[0][1] = 9 }), "not symmetric"},
		"not a variance":  {change(func(s *Study) { s.Cov[0][0] = -1 }), "below 0"},
		"nothing to test": {Study{Pre: []float64{0}, Post: []float64{1}, Cov: [][]float64{{0, 0}, {0, 0}}}, "no sampling error"},
	} {
		r := Of(c.s, Options{})
		if len(r.Relative) > 0 || len(r.Smooth) > 0 || len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0].Text, c.says) {
			t.Errorf("%s: %v", name, r.Warnings)
		}
	}
	still := Of(Study{Pre: []float64{0, 0}, Post: []float64{1}, Cov: [][]float64{{.1, 0, 0}, {0, .1, 0}, {0, 0, .1}}}, Options{Draws: 100})
	if still.RelativeBreakdown.Known || !still.Theta.Known {
		t.Errorf("coefficients of 0 before the start: breakdown %v", still.RelativeBreakdown)
	}
	if odd := Of(good, Options{Mbar: []float64{-1}, M: []float64{math.Inf(1)}, Draws: 10}); len(odd.Relative)+len(odd.Smooth) != 0 || len(odd.Warnings) < 2 {
		t.Errorf("sizes that are none: %v", odd.Warnings)
	}
}

// BenchmarkOf is the sensitivity of one effect of an event study of a year before and two after.
func BenchmarkOf(b *testing.B) {
	s := random(rand.New(rand.NewPCG(1, 1)), 12, 24)
	for b.Loop() {
		Of(s, Options{})
	}
}
