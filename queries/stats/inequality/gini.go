package inequality

import (
	"cmp"
	"math"
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
// NaN is a missing value. One holder alone has G = 0 and no corrected value. Debts are amounts below 0: as long as the
// total is above 0 the formula holds, but G may then exceed 1 (Chen, Tsaur & Rhai 1982, Oxford Economic Papers
// 34:473–478), and a warning says so.
func Of(amounts []float64) Gini { return Weighted(amounts, nil) }

// Weighted counts each amount as often as its weight says: the mean of a village of 300 households stands for 300
// holders of it. With amounts in rising order, W = Σw and Cᵢ the weights up to i,
//
//	G = Σ wᵢ (2Cᵢ − wᵢ − W) xᵢ ÷ (W Σwx)
//
// Nil weights are all 1. A missing weight leaves its amount out, and so does one of 0; negative ones are refused. There is
// no corrected value: how many holders there are does not follow from weights.
func Weighted(amounts, weights []float64) Gini {
	var g Gini
	holdings := g.holdings(amounts, weights)
	if holdings == nil {
		return g
	}
	var all float64
	for _, h := range holdings {
		g.Total += h.weight * h.amount
		all += h.weight
	}
	g.Mean = estimate.Of(g.Total / all)
	switch {
	case !g.Mean.Known || !estimate.Finite(all):
		g.Total, g.Mean = 0, estimate.Absent()
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "the total is too large to hold"))
		return g
	case g.Total <= 0:
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "the total is %v: there is nothing to share", g.Total))
		return g
	}
	slices.SortFunc(holdings, func(a, b holding) int { return cmp.Compare(a.amount, b.amount) })
	var sum, owned, below float64
	g.Lorenz = append(g.Lorenz, Share{})
	for _, h := range holdings {
		share := h.weight * h.amount / g.Total
		sum += (2*below + h.weight - all) * share
		below += h.weight
		owned += share
		g.Lorenz = append(g.Lorenz, Share{Holders: min(1, below/all), Owned: min(1, owned)})
	}
	g.Value = estimate.Of(max(0, sum/all))
	switch {
	case g.N == 1:
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.SmallBase, "one holder: there is nobody to be unequal with"))
	case weights == nil:
		n := float64(g.N)
		g.Corrected = g.Value.Map(func(v float64) float64 { return v * n / (n - 1) })
	}
	return g
}

type holding struct{ amount, weight float64 }

// holdings keeps what can be used; nil if nothing can.
func (g *Gini) holdings(amounts, weights []float64) []holding {
	var out []holding
	missing, negative := 0, 0
	for i, v := range amounts {
		h := holding{v, 1}
		if weights != nil {
			if h.weight = math.NaN(); i < len(weights) {
				h.weight = weights[i]
			}
		}
		switch {
		case !estimate.Finite(h.amount) || !estimate.Finite(h.weight):
			missing++
		case h.weight < 0:
			g.N = len(amounts)
			g.Warnings = append(g.Warnings, estimate.Warn(estimate.Invalid, "the weight %v is negative", h.weight))
			return nil
		case h.weight > 0:
			out = append(out, h)
			if v < 0 {
				negative++
			}
		}
	}
	if missing > 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.MissingValues, "%d amounts are missing and were left out", missing))
	}
	if negative > 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.Assumption, "%d amounts are negative: the coefficient is not a share of anything and may exceed 1", negative))
	}
	if g.N = len(out); g.N == 0 {
		g.Warnings = append(g.Warnings, estimate.Warn(estimate.NotEstimable, "there is no amount"))
		return nil
	}
	return out
}
