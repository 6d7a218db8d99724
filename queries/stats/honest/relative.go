package honest

import (
	"math"

	"hulian/queries/stats/estimate"
)

// relative fills in what holds for relative magnitudes, Δ^RM(M̄).
//
// The violation δ is 0 at the reference. Its changes after the start are at most M̄ times the largest change before it, so
// that Σ L δ = Σ c_k (δ_k − δ_{k−1}) with c_k = Σ_{j≥k} L_j lies within M̄ × that change × Σ |c_k|.
func (r *Result) relative() {
	n := len(r.study.Pre)
	var most float64
	for t := -n + 1; t <= 0; t++ {
		most = math.Max(most, math.Abs(r.size(r.change(t))))
	}
	r.MaxPreChange = estimate.Of(most)
	reach := 0.0
	for _, c := range r.tails() {
		reach += math.Abs(c)
	}
	theta := r.Theta.Value
	if most*reach > 0 {
		r.RelativeBreakdown = estimate.Of(math.Abs(theta) / (most * reach))
	} else {
		r.warn(estimate.NoSpread, "the coefficients before the start are all alike: their changes set no limit, and no relative magnitude breaks the conclusion")
	}
	open := false
	for _, mbar := range r.Options.Mbar {
		if !(mbar >= 0) || math.IsInf(mbar, 0) {
			r.warn(estimate.Invalid, "a violation of size %v is none and was left out", mbar)
			continue
		}
		tests := r.relativeTests(mbar)
		row := Relative{Mbar: mbar, Identified: estimate.Between(theta-mbar*most*reach, theta+mbar*most*reach)}
		var atEnd [2]bool
		row.CLF, atEnd[0] = r.invert(tests, true, 0)
		row.Conditional, atEnd[1] = r.invert(tests, false, 0)
		open = open || atEnd[0] || atEnd[1]
		r.Relative = append(r.Relative, row)
	}
	if open {
		r.warn(estimate.Approximate, "a confidence set reaches the end of the grid of %v standard errors on either side of 0: it is wider than given", r.Options.Width)
	}
	r.RelativeBreakdownCLF = r.breakdown(func(mbar float64) bool { return r.rejects(r.relativeTests(mbar), 0, true) })
}

// tails are c_k = Σ_{j≥k} L_j.
func (r *Result) tails() []float64 {
	l := r.study.L
	c := make([]float64, len(l))
	var sum float64
	for k := len(l) - 1; k >= 0; k-- {
		sum += l[k]
		c[k] = sum
	}
	return c
}

// relativeTests are the tests whose sets are joined: one for each change before the start that may be the largest, upwards
// or downwards.
func (r *Result) relativeTests(mbar float64) []test {
	n, m := len(r.study.Pre), len(r.study.Post)
	tests := make([]test, 0, 2*n)
	for s := -n + 1; s <= 0; s++ {
		for _, sign := range []float64{1, -1} {
			largest := scaled(r.change(s), sign)
			limits := make([]limit, m)
			for k, c := range r.tails() {
				limits[k] = limit{form: r.change(k + 1), bound: scaled(largest, mbar), weight: c}
			}
			var before []limit
			for t := -n + 1; m == 1 && t <= 0; t++ {
				before = append(before, limit{form: r.change(t), bound: largest})
			}
			tests = append(tests, r.test(limits, before))
		}
	}
	return r.critical(tests)
}

// breakdown finds by halving the size from which 0 is no longer excluded; absent where it never is, or always.
func (r *Result) breakdown(excludes func(size float64) bool) estimate.Number {
	if !excludes(0) {
		return estimate.Absent()
	}
	low, high := 0.0, 1.0
	for excludes(high) {
		low, high = high, 2*high
		if high > 1e3 {
			return estimate.Absent()
		}
	}
	for high-low > 1e-3*high {
		if middle := (low + high) / 2; excludes(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return estimate.Of((low + high) / 2)
}

func scaled(x []float64, by float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = by * v
	}
	return out
}
