package honest

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/simplex"
)

// smooth fills in what holds for smoothness, Δ^SD(M): second differences of the violation of at most M.
func (r *Result) smooth() {
	n := len(r.study.Pre)
	var least float64
	for t := -n + 1; t < 0; t++ {
		least = math.Max(least, math.Abs(r.size(r.bend(t))))
	}
	r.SmallestM = estimate.Of(least)
	base, reach := r.extrapolated()
	switch at := math.Abs(base) / reach; {
	case !(reach > 0):
	case at >= least:
		r.SmoothBreakdown = estimate.Of(at)
	default:
		r.warn(estimate.Assumption, "the set of possible effects holds 0 at every M that the periods before the start allow")
	}
	if r.Options.M == nil {
		r.Options.M = r.usualM(least)
	}
	f := r.fixedLength()
	open := false
	for _, m := range r.Options.M {
		if !(m >= 0) || math.IsInf(m, 0) {
			r.warn(estimate.Invalid, "a violation of size %v is none and was left out", m)
			continue
		}
		row := Smooth{M: m}
		if m >= least*(1-1e-12) {
			row.Identified = estimate.Between(base-m*reach, base+m*reach)
		}
		row.FLCI = f.interval(m)
		tests := r.smoothTests(m)
		var atEnd [2]bool
		row.CLF, atEnd[0] = r.invert(tests, true, m*reach)
		row.Conditional, atEnd[1] = r.invert(tests, false, m*reach)
		open = open || atEnd[0] || atEnd[1]
		r.Smooth = append(r.Smooth, row)
	}
	if open {
		r.warn(estimate.Approximate, "a confidence set reaches the end of the grid of %v standard errors on either side of 0: it is wider than given", r.Options.Width)
	}
	r.SmoothBreakdownFLCI = f.breakdown()
}

// usualM are five sizes up to twice the smallest that the periods before allow; up to a standard error where they allow any.
func (r *Result) usualM(least float64) []float64 {
	top := 2 * least
	if !(top > 0) {
		top = r.SE.Value
	}
	return []float64{0, top / 4, top / 2, 3 * top / 4, top}
}

// extrapolated is the effect if the violation goes on with the slope of the last period before the start, and by how much it
// may differ for each unit of M: Σ |e_k|, e_k = Σ_{t≥k} (t − k + 1) L_t.
func (r *Result) extrapolated() (base, reach float64) {
	base = r.Theta.Value
	last := r.study.Pre[len(r.study.Pre)-1] // the slope is 0 − last
	for i, l := range r.study.L {
		base += l * float64(i+1) * last
	}
	for _, e := range r.bends() {
		reach += math.Abs(e)
	}
	return base, reach
}

// bends are e_k: Σ L δ is their sum over the second differences from the reference on, and a line.
func (r *Result) bends() []float64 {
	e := make([]float64, len(r.study.L))
	for k := range e {
		for t := k; t < len(e); t++ {
			e[k] += float64(t-k+1) * r.study.L[t]
		}
	}
	return e
}

func (r *Result) smoothTests(m float64) []test {
	n := len(r.study.Pre)
	var limits, before []limit
	for k, e := range r.bends() {
		limits = append(limits, limit{form: r.bend(k), size: m, weight: e})
	}
	for t := -n + 1; len(limits) == 1 && t < 0; t++ {
		before = append(before, limit{form: r.bend(t), size: m})
	}
	return r.critical([]test{r.test(limits, before)})
}

// fixed looks for the affine estimator of the shortest interval: weights v before the start beside L after it that are blind
// to a line. Such an estimator is off by Σ q_k × (second difference around −k), so that q describes it: v_{−j} = q_{j−1} −
// 2 q_j + q_{j+1}, q_0 = Σ t L_t, and its worst bias is M (constant + Σ_{k≥1} |q_k|).
type fixed struct {
	r        *Result
	alpha    float64
	constant float64
	start    []float64   // root′ (v at q = 0, L)
	columns  [][]float64 // what a unit of each q adds to it
	toV      *mat.Dense  // q to v
	v0       []float64
	free     []float64 // q of the smallest variance
	most     float64   // Σ |q| there
}

func (r *Result) fixedLength() *fixed {
	n, l := len(r.study.Pre), r.study.L
	f := &fixed{r: r, alpha: r.Options.alpha()}
	var q0 float64
	for i, w := range l {
		q0 += float64(i+1) * w
	}
	f.constant = math.Abs(q0)
	for k := 1; k < len(l); k++ {
		var p float64
		for t := k; t < len(l); t++ {
			p += float64(t-k+1) * l[t]
		}
		f.constant += math.Abs(p)
	}
	// Coefficient −j stands at n − j.
	f.v0 = append(make([]float64, n), l...)
	f.v0[n-1] = q0
	f.toV = mat.NewDense(len(r.beta), max(n-1, 1), nil)
	for j := 1; j <= n; j++ {
		for k, by := range map[int]float64{j - 1: 1, j: -2, j + 1: 1} {
			if k >= 1 && k < n {
				f.toV.Set(n-j, k-1, f.toV.At(n-j, k-1)+by)
			}
		}
	}
	f.start = r.rootOf(f.v0)
	for k := 1; k < n; k++ {
		f.columns = append(f.columns, r.rootOf(mat.Col(nil, k-1, f.toV)))
	}
	f.unbound()
	return f
}

// rootOf is root′ v, whose squared length is the variance of v′β.
func (r *Result) rootOf(v []float64) []float64 {
	var x mat.VecDense
	x.MulVec(r.root.T(), mat.NewVecDense(len(v), v))
	return x.RawVector().Data
}

// unbound finds the q of the smallest variance, whatever its bias.
func (f *fixed) unbound() {
	f.free = make([]float64, len(f.columns))
	if len(f.columns) == 0 {
		return
	}
	a := mat.NewDense(len(f.start), len(f.columns), nil)
	for k, column := range f.columns {
		a.SetCol(k, column)
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return
	}
	var x mat.Dense
	svd.SolveTo(&x, mat.NewDense(len(f.start), 1, scaled(f.start, -1)), svd.Rank(1e-12))
	f.free = mat.Col(nil, 0, &x)
	f.most = floats.Norm(f.free, 1)
}

// at gives the q of the smallest variance with Σ |q| ≤ bound, and its standard deviation.
func (f *fixed) at(bound float64) (q []float64, sd float64) {
	q = make([]float64, len(f.columns))
	switch {
	case bound >= f.most:
		copy(q, f.free)
	case bound > 0:
		problem := simplex.Problem{Target: make([]float64, len(f.start)), Columns: [][]float64{f.start}}
		for _, column := range f.columns {
			for _, sign := range []float64{bound, -bound} {
				corner := append([]float64{}, f.start...)
				floats.AddScaled(corner, sign, column)
				problem.Columns = append(problem.Columns, corner)
			}
		}
		if s, ok := simplex.Solve(problem); ok {
			for k := range q {
				q[k] = bound * (s.Weights[1+2*k] - s.Weights[2+2*k])
			}
		}
	}
	x := append([]float64{}, f.start...)
	for k, column := range f.columns {
		floats.AddScaled(x, q[k], column)
	}
	return q, floats.Norm(x, 2)
}

// half is half the length of the interval at a bound on Σ |q|.
func (f *fixed) half(m, bound float64) (half float64, q []float64) {
	q, sd := f.at(bound)
	if !(sd > 0) {
		return m * (f.constant + floats.Norm(q, 1)), q
	}
	return folded(m*(f.constant+floats.Norm(q, 1))/sd, f.alpha) * sd, q
}

// golden is the golden section.
const golden = 0.6180339887498949

// interval is the shortest for M: half is convex in the bound, so that the golden section finds its minimum.
func (f *fixed) interval(m float64) estimate.Interval {
	low, high := 0.0, f.most
	best, q := f.half(m, high)
	if m > 0 && f.most > 0 {
		a, b := high-golden*(high-low), low+golden*(high-low)
		fa, qa := f.half(m, a)
		fb, qb := f.half(m, b)
		for high-low > 1e-9*f.most {
			if fa <= fb {
				high, b, fb, qb = b, a, fa, qa
				a = high - golden*(high-low)
				fa, qa = f.half(m, a)
			} else {
				low, a, fa, qa = a, b, fb, qb
				b = low + golden*(high-low)
				fb, qb = f.half(m, b)
			}
		}
		zero, none := f.half(m, 0)
		for _, end := range []struct {
			half float64
			q    []float64
		}{{fa, qa}, {fb, qb}, {zero, none}} {
			if end.half < best {
				best, q = end.half, end.q
			}
		}
	}
	centre := floats.Dot(f.v0, f.r.beta)
	for k := range q {
		centre += q[k] * floats.Dot(mat.Col(nil, k, f.toV), f.r.beta)
	}
	return estimate.Between(centre-best, centre+best)
}

// breakdown is the M at which the interval touches 0.
func (f *fixed) breakdown() estimate.Number {
	excludes := func(m float64) bool {
		i := f.interval(m)
		return i.Known() && (i.Low.Value > 0 || i.High.Value < 0)
	}
	if !excludes(0) {
		return estimate.Absent()
	}
	low, high := 0.0, f.r.SE.Value
	for range 60 {
		if !excludes(high) {
			break
		}
		low, high = high, 2*high
	}
	if excludes(high) {
		return estimate.Absent()
	}
	for high-low > 1e-7*high {
		if middle := (low + high) / 2; excludes(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return estimate.Of((low + high) / 2)
}
