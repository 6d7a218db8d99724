// Package welch compares the means of two groups that may vary unequally.
//
// Values of two groups enter, or what is known of their means; the difference, its variance, degrees of freedom and interval
// leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses an interval where a group has fewer
// than two values or nothing varies.
package welch

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Group is what is known of one group: its mean and the variance of that mean, which is s² ÷ n of n unweighted values.
type Group struct {
	Mean, Variance float64
	N              int
}

// Of sums up values. The variance of fewer than two is NaN.
func Of(x []float64) Group {
	switch len(x) {
	case 0:
		return Group{Mean: math.NaN(), Variance: math.NaN()}
	case 1:
		return Group{Mean: x[0], Variance: math.NaN(), N: 1}
	}
	mean, variance := stat.MeanVariance(x, nil)
	return Group{Mean: mean, Variance: variance / float64(len(x)), N: len(x)}
}

// Difference is that of two means.
type Difference struct {
	Value, Variance float64
	DF              estimate.Number // absent where nothing varies or a group has fewer than two values
}

// Compare takes the difference a − b. With v the variances of the means, its degrees of freedom are
// (vₐ + v_b)² ÷ (vₐ² ÷ (nₐ−1) + v_b² ÷ (n_b−1)) (Welch 1947, Biometrika 34:28–35; Satterthwaite 1946).
func Compare(a, b Group) Difference {
	d := Difference{Value: a.Mean - b.Mean, Variance: a.Variance + b.Variance}
	if a.N > 1 && b.N > 1 && d.Variance > 0 {
		d.DF = estimate.Of(d.Variance * d.Variance / (a.Variance*a.Variance/float64(a.N-1) + b.Variance*b.Variance/float64(b.N-1)))
	}
	return d
}

// Interval is that of the difference by Student's t; absent where there are no degrees of freedom.
func (d Difference) Interval(confidence float64) estimate.Interval {
	df, ok := d.DF.Get()
	if !ok {
		return estimate.Interval{}
	}
	half := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.5+confidence/2) * math.Sqrt(d.Variance)
	return estimate.Between(d.Value-half, d.Value+half)
}
