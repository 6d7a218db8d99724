package interrupted

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/regress"
)

// Linear fits the outcome on the terms by least squares (segmented regression). Standard errors: OLS with n − k degrees of
// freedom, and Newey & West's (1987, Econometrica 55:703–708) for neighbours that move together, one a lag L:
//
//	V = (X′X)⁻¹ [Γ₀ + Σ_{l=1}^{L} (1 − l/(L+1)) (Γ_l + Γ_l′)] (X′X)⁻¹, Γ_l = Σ_t u_t u_{t−l} x_t x′_{t−l}
//
// without prewhitening, divisor n; adjusted times √(n/(n−k)). L = 0 is White's.
func Linear(points []Point, o Options) Fit {
	if o.Lags == nil {
		o.Lags = []int{0, 1, 2, 3}
	}
	o.Offset = false
	f, d, kept := prepare(points, &o, false)
	if kept == nil {
		return f
	}
	y := make([]float64, len(kept))
	for i, p := range kept {
		y[i] = p.Y
	}
	fit := regress.Least(d, y, nil)
	if f.troubled(fit.Trouble) {
		return f
	}
	rest := make([]float64, d.N)
	floats.SubTo(rest, y, fit.Fitted)
	df := float64(d.N - d.K)
	s2 := floats.Dot(rest, rest) / df
	most := math.Max(floats.Max(y), -floats.Min(y))
	spread := math.Sqrt(s2) > 1e-13*most // else nothing but rounding is left
	t := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.5 + o.Confidence/2)
	for k := range f.Terms {
		term := &f.Terms[k]
		term.Value = estimate.Of(estimate.Cleared(fit.Beta[k], most))
		if spread {
			term.SE = estimate.Of(math.Sqrt(s2 * fit.Inverse.At(k, k)))
			term.CI = estimate.Around(term.Value, term.SE, t)
		}
	}
	if !spread {
		f.warn(estimate.NoSpread, "the points lie on the line to the last digit: no standard error")
	} else {
		var turns float64
		for i := 1; i < d.N; i++ {
			turns += (rest[i] - rest[i-1]) * (rest[i] - rest[i-1])
		}
		f.Watson = estimate.Of(turns / floats.Dot(rest, rest))
		f.neweyWest(d, fit, rest, o.Lags)
	}
	f.moments(kept, d, fit, func(mean, effect float64) float64 { return mean - effect })
	f.trend()
	return f
}

func (f *Fit) neweyWest(d regress.Design, fit regress.Fit, rest []float64, lags []int) {
	scores := mat.NewDense(d.N, d.K, nil)
	for i := range d.N {
		for k, x := range d.Row(i) {
			scores.Set(i, k, x*rest[i])
		}
	}
	for _, lag := range lags {
		if lag < 0 || lag >= d.N {
			f.warn(estimate.NotEstimable, "a lag of %d in %d points: no standard error of Newey & West", lag, d.N)
			continue
		}
		var meat mat.Dense
		meat.Mul(scores.T(), scores)
		for l := 1; l <= lag; l++ {
			var moved mat.Dense
			moved.Mul(scores.Slice(l, d.N, 0, d.K).T(), scores.Slice(0, d.N-l, 0, d.K))
			moved.Scale(1-float64(l)/float64(lag+1), &moved)
			meat.Add(&meat, &moved)
			meat.Add(&meat, moved.T())
		}
		var v mat.Dense
		v.Mul(fit.Inverse, &meat)
		v.Mul(&v, fit.Inverse)
		f.Lags = append(f.Lags, lag)
		for k := range f.Terms {
			se := math.Sqrt(math.Max(0, v.At(k, k)))
			t := &f.Terms[k]
			t.NeweyWest = append(t.NeweyWest, estimate.Of(se))
			t.NeweyWestAdjusted = append(t.NeweyWestAdjusted, estimate.Of(se*math.Sqrt(float64(d.N)/float64(d.N-d.K))))
		}
	}
}
