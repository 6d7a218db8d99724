package honest

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/estimate"
)

// limit is one restriction of the violation δ: |form δ| ≤ bound δ + size. The effect asked for is Σ weight × form over the
// limits after the start.
type limit struct {
	form   []float64
	bound  []float64 // nil: 0
	size   float64
	weight float64
}

// corner is one vertex of the dual: its statistic at the effect θ is (form β − size − slope θ), in units of norm.
type corner struct {
	form        []float64
	size, slope float64
	at          float64 // statistic at θ = 0
}

// test is that of Andrews, Roth & Pakes for moment inequalities with nuisance parameters (the effects after the start other
// than the one asked for). Its statistic is the value of a linear programme, min η such that every moment is at most η
// standard deviations above 0. With the limits used here the programme need not be solved: the nuisance parameters leave of
// its dual the corners in which either all limits bind on one side, in proportion to their weights, or one limit binds on
// both sides; η is the largest of their statistics. (A property test holds this to gonum's simplex method.)
type test struct {
	corners  []corner
	cov      [][]float64 // of the statistics
	critical float64     // least favourable: the 1 − κ quantile of η when all moments are at their limit
}

// test sets up the corners. before are limits on periods before the start, each a moment of its own; they are used where
// there is one period after the start and no nuisance parameter, as in the authors' program.
func (r *Result) test(limits, before []limit) test {
	var t test
	for _, side := range []float64{1, -1} {
		form, size, norm := make([]float64, len(r.beta)), 0.0, 0.0
		for _, l := range limits {
			if l.weight == 0 {
				continue
			}
			w := math.Abs(l.weight)
			moment := l.moment(side * math.Copysign(1, l.weight))
			floats.AddScaled(form, w, moment)
			size += w * l.size
			norm += w * math.Sqrt(r.variance(moment))
		}
		t.add(form, size, side, norm)
	}
	for _, l := range limits {
		up, down := l.moment(1), l.moment(-1)
		norm := math.Sqrt(r.variance(up)) + math.Sqrt(r.variance(down))
		floats.Add(up, down)
		t.add(up, 2*l.size, 0, norm)
	}
	for _, l := range before {
		for _, side := range []float64{1, -1} {
			moment := l.moment(side)
			t.add(moment, l.size, 0, math.Sqrt(r.variance(moment)))
		}
	}
	t.cov = make([][]float64, len(t.corners))
	for i, c := range t.corners {
		t.corners[i].at = estimate.Cleared(floats.Dot(c.form, r.beta), floats.Norm(c.form, 1)*floats.Norm(r.beta, math.Inf(1))) - c.size
		for _, other := range t.corners {
			t.cov[i] = append(t.cov[i], r.covariance(c.form, other.form))
		}
	}
	return t
}

// moment is the limit as a moment that must not be above its size: ±form − bound.
func (l limit) moment(side float64) []float64 {
	out := scaled(l.form, side)
	if l.bound != nil {
		floats.Sub(out, l.bound)
	}
	return out
}

// add keeps a corner; one without sampling error is no moment, unless it holds the size of the limit against an effect.
func (t *test) add(form []float64, size, slope, norm float64) {
	if !(norm > 0) {
		return
	}
	t.corners = append(t.corners, corner{form: scaled(form, 1/norm), size: size / norm, slope: slope / norm})
}

// draw makes the normal draws of the coefficients that all critical values share.
func (r *Result) draw() {
	random := rand.New(rand.NewPCG(r.Options.Seed, 0x9e3779b97f4a7c15))
	n := len(r.beta)
	r.normals = make([][]float64, r.Options.Draws)
	z := mat.NewVecDense(n, nil)
	for d := range r.normals {
		for i := range n {
			z.SetVec(i, random.NormFloat64())
		}
		var x mat.VecDense
		x.MulVec(r.root, z)
		r.normals[d] = x.RawVector().Data
	}
}

// firstStage is κ ÷ α: the share of the test's size that goes to the least favourable stage.
const firstStage = 0.1

// critical finds the least favourable critical values of tests, on all processors.
func (r *Result) critical(tests []test) []test {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range tests {
		g.Go(func() error {
			largest := make([]float64, len(r.normals))
			for d, x := range r.normals {
				largest[d] = math.Inf(-1)
				for _, c := range tests[i].corners {
					largest[d] = math.Max(largest[d], floats.Dot(c.form, x))
				}
			}
			slices.Sort(largest)
			tests[i].critical = estimate.Quantile(largest, 1-firstStage*r.Options.alpha())
			return nil
		})
	}
	_ = g.Wait() // none of them fails
	return tests
}

// rejects reports whether all tests reject an effect.
func (r *Result) rejects(tests []test, theta float64, hybrid bool) bool {
	for _, t := range tests {
		if !t.rejects(theta, r.Options.alpha(), hybrid) {
			return false
		}
	}
	return true
}

// rejects tests one effect. Given which corner is largest, its statistic is a normal one cut to [low, high]; the hybrid
// rejects at once where it is above the least favourable value, and cuts there.
func (t test) rejects(theta, alpha float64, hybrid bool) bool {
	eta, at := math.Inf(-1), 0
	x := make([]float64, len(t.corners))
	for i, c := range t.corners {
		x[i] = c.at - c.slope*theta
		if x[i] > eta {
			eta, at = x[i], i
		}
	}
	if hybrid && eta > t.critical {
		return true
	}
	if len(x) == 0 || eta <= 0 {
		return false // the critical value is never below 0
	}
	variance := t.cov[at][at]
	if !(variance > 1e-14) { // statistics are in units of standard deviations
		return true
	}
	low, high := math.Inf(-1), math.Inf(1)
	for i := range t.corners {
		rho := t.cov[i][at] / variance
		rest := x[i] - rho*eta
		switch { // the corner stays the largest at a value v while v ≥ rest + rho v
		case i == at || math.Abs(1-rho) < 1e-12:
		case rho < 1:
			low = math.Max(low, rest/(1-rho))
		default:
			high = math.Min(high, rest/(1-rho))
		}
	}
	if hybrid {
		kappa := firstStage * alpha
		high, alpha = math.Min(high, t.critical), (alpha-kappa)/(1-kappa)
	}
	sd := math.Sqrt(variance)
	return tail(eta/sd, math.Min(low, eta)/sd, math.Max(high, eta)/sd) < alpha
}

// invert gives the smallest and the largest effect of the grid that some test does not reject, and whether one of them is
// the end of the grid. The grid goes as far from 0 as its standard errors and reach say.
func (r *Result) invert(tests []test, hybrid bool, reach float64) (set estimate.Interval, open bool) {
	n := r.Options.Grid
	effect := func(i int) float64 {
		return (r.Options.Width*r.SE.Value + reach) * (2*float64(i)/float64(n-1) - 1)
	}
	first, last := 0, n-1
	for first < n && r.rejects(tests, effect(first), hybrid) {
		first++
	}
	if first == n {
		return set, false
	}
	for r.rejects(tests, effect(last), hybrid) {
		last--
	}
	return estimate.Between(effect(first), effect(last)), first == 0 || last == n-1
}
