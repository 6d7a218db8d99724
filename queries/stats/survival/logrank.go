package survival

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// LogRank is the test of equal curves.
type LogRank struct {
	Groups   []string           `json:"groups"` // sorted by name
	N        []int              `json:"n"`
	Observed []float64          `json:"observed"`
	Expected []float64          `json:"expected"`
	Chi2     estimate.Number    `json:"chi2"`
	DF       int                `json:"df"`
	P        estimate.Number    `json:"p"`
	Warnings []estimate.Warning `json:"warnings,omitempty"`
}

// Test is the unweighted log-rank (Mantel–Haenszel) test: at each event time the events of a group are compared with
// its share of those at risk; the variance is hypergeometric, d (n−d)/(n−1) × (nₖ/n)(δ − nⱼ/n), and χ² has one degree
// of freedom less than there are groups with any expectation (Mantel 1966; Peto & Peto 1972).
func Test(groups map[string][]Subject) LogRank {
	var t LogRank
	for name := range groups {
		t.Groups = append(t.Groups, name)
	}
	slices.Sort(t.Groups)
	k := len(t.Groups)
	t.N, t.Observed, t.Expected = make([]int, k), make([]float64, k), make([]float64, k)
	curves := make([]Curve, k)
	var times []float64
	for g, name := range t.Groups {
		curves[g] = KaplanMeier(groups[name], 0)
		t.N[g] = curves[g].N
		for _, s := range curves[g].Steps {
			if s.Events > 0 {
				times = append(times, s.Time)
			}
		}
	}
	slices.Sort(times)
	variance := mat.NewSymDense(max(k, 1), nil)
	next := make([]int, k) // the first step of each curve not yet passed
	for _, at := range slices.Compact(times) {
		risk, events := make([]float64, k), make([]float64, k)
		var n, d float64
		for g := range curves {
			steps := curves[g].Steps
			for next[g] < len(steps) && steps[next[g]].Time < at {
				next[g]++
			}
			if next[g] < len(steps) {
				risk[g] = float64(steps[next[g]].AtRisk)
				if steps[next[g]].Time == at {
					events[g] = float64(steps[next[g]].Events)
				}
			}
			n, d = n+risk[g], d+events[g]
		}
		for g := range curves {
			t.Observed[g] += events[g]
			t.Expected[g] += d * risk[g] / n
			if n < 2 {
				continue
			}
			for h := g; h < k; h++ {
				v := -risk[g] / n * risk[h] / n
				if g == h {
					v += risk[g] / n
				}
				variance.SetSym(g, h, variance.At(g, h)+v*d*(n-d)/(n-1))
			}
		}
	}
	t.judge(variance)
	return t
}

func (t *LogRank) judge(variance *mat.SymDense) {
	var used []int
	for g := range t.Groups {
		if t.Expected[g] > 0 {
			used = append(used, g)
		} else {
			t.Warnings = append(t.Warnings, estimate.Warn(estimate.SmallBase, "group %q was never at risk of an event and is left out of the test", t.Groups[g]))
		}
	}
	if len(used) < 2 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.NotEstimable, "the test needs two groups at risk of an event"))
		return
	}
	t.DF = len(used) - 1
	// One group is redundant: differences sum to zero.
	diff, v := mat.NewVecDense(t.DF, nil), mat.NewSymDense(t.DF, nil)
	for i, g := range used[:t.DF] {
		diff.SetVec(i, t.Observed[g]-t.Expected[g])
		for j, h := range used[:t.DF] {
			if j >= i {
				v.SetSym(i, j, variance.At(g, h))
			}
		}
	}
	var factor mat.Cholesky
	var solved mat.VecDense
	if !factor.Factorize(v) || factor.Cond() > 1e14 || factor.SolveVecTo(&solved, diff) != nil {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.NotEstimable, "the variance of the differences is singular: no test"))
		return
	}
	chi2 := math.Max(0, mat.Dot(diff, &solved))
	t.Chi2 = estimate.Of(chi2)
	t.P = estimate.Of(distuv.ChiSquared{K: float64(t.DF)}.Survival(chi2))
}
