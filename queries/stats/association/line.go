package association

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Line is the straight line of least squares through N complete pairs: how much y changes where x is larger by 1, with the
// 95% interval of Student's t, N−2 degrees of freedom. It tells how two columns differ together, not what a change of x brings about.
type Line struct {
	N         int                `json:"n"`
	Slope     estimate.Number    `json:"slope"` // units of y for each unit of x
	Interval  estimate.Interval  `json:"interval"`
	Low, High float64            // the smallest and the largest x; 0 without pairs
	Warnings  []estimate.Warning `json:"warnings,omitempty"`
}

// Straight fits the line (Draper & Smith 1998, Applied Regression Analysis, section 1.4). Pairs with a NaN are left out. Below four
// pairs, or where all x are the same, there is no slope; a perfect fit has an interval without width.
func Straight(x, y []float64) Line {
	var l Line
	var a, b []float64
	for i := range min(len(x), len(y)) {
		if !estimate.Finite(x[i]) || !estimate.Finite(y[i]) {
			continue
		}
		if len(a) == 0 {
			l.Low, l.High = x[i], x[i]
		}
		l.Low, l.High = min(l.Low, x[i]), max(l.High, x[i])
		a, b = append(a, x[i]), append(b, y[i])
	}
	l.N = len(a)
	if left := max(len(x), len(y)) - l.N; left > 0 {
		l.Warnings = append(l.Warnings, estimate.Warn(estimate.MissingValues, "%d pairs have a missing half and were left out", left))
	}
	if l.N < 4 {
		l.Warnings = append(l.Warnings, estimate.Warn(estimate.SmallBase, "%d pairs are too few for a line", l.N))
		return l
	}
	spread := stat.Variance(a, nil) * float64(l.N-1)
	if estimate.Cleared(spread, stat.Mean(a, nil)*stat.Mean(a, nil)) <= 0 {
		l.Warnings = append(l.Warnings, estimate.Warn(estimate.NotEstimable, "a column has the same value everywhere: no line"))
		return l
	}
	start, slope := stat.LinearRegression(a, b, nil, false)
	var left float64
	for i := range a {
		missed := b[i] - start - slope*a[i]
		left += missed * missed
	}
	df := float64(l.N - 2)
	half := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.975) * math.Sqrt(left/df/spread)
	l.Slope, l.Interval = estimate.Of(slope), estimate.Between(slope-half, slope+half)
	return l
}
