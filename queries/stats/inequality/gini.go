package inequality

import (
	"slices"

	"hulian/queries/stats/estimate"
)

// Gini is the inequality of some amounts.
type Gini struct {
	N         int                `json:"n"`
	Total     float64            `json:"total"`
	Mean      estimate.Number    `json:"mean"`
	Value     estimate.Number    `json:"gini"`           // over all n² pairs
	Corrected estimate.Number    `json:"gini_corrected"` // × n/(n−1): 1 when one holder has all
	Lorenz    []Share            `json:"lorenz,omitempty"`
	Warnings  []estimate.Warning `json:"warnings,omitempty"`
}

// Share is a point of the Lorenz curve: the poorest Holders own Owned of the total, both as fractions.
type Share struct {
	Holders float64 `json:"holders"`
	Owned   float64 `json:"owned"`
}

// Of gives the Gini coefficient, the mean absolute difference of all n² pairs divided by twice the mean; with amounts
// in rising order
//
//	G = Σ (2i − n − 1) xᵢ ÷ (n Σx)
//
// and its small-sample form G n/(n−1) (Gini 1912; Deltas 2003, Review of Economics and Statistics 85:226–234).
// NaN is a missing value. One holder alone has G = 0 and no corrected value.
func Of(amounts []float64) Gini {
	var g Gini
	var x []float64
	missing := 0
	for _, v := range amounts {
		switch {
		case !estimate.Finite(v):
			missing++
		case v < 0:
			g.Warnings = append(g.Warnings, estimate.Warn(estimate.Invalid, "the amount %v is negative: inequality of shares is not defined", v))
			g.N = len(amounts)
			return g
		default:
			x = append(x, v)
			g.Total += v
		}
	}
	if missing > 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.MissingValues, "%d amounts are missing and were left out", missing))
	}
	g.N = len(x)
	if g.N == 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "there is no amount"))
		return g
	}
	n := float64(g.N)
	g.Mean = estimate.Of(g.Total / n)
	if !g.Mean.Known {
		g.Total = 0
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "the total is too large to hold"))
		return g
	}
	if g.Total == 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "the total is 0: there is nothing to share"))
		return g
	}
	slices.Sort(x)
	var sum, owned float64
	g.Lorenz = append(g.Lorenz, Share{})
	for i, v := range x {
		share := v / g.Total
		sum += (2*float64(i+1) - n - 1) * share
		owned += share
		g.Lorenz = append(g.Lorenz, Share{Holders: float64(i+1) / n, Owned: min(1, owned)})
	}
	g.Value = estimate.Of(max(0, sum/n))
	if g.N == 1 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.SmallBase, "one holder: there is nobody to be unequal with"))
		return g
	}
	g.Corrected = g.Value.Map(func(v float64) float64 { return v * n / (n - 1) })
	return g
}
