package survival

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// LogRank is the test of equal curves.
type LogRank struct {
	Groups   []string        `json:"groups"` // sorted by name
	N        []int           `json:"n"`
	Observed []float64       `json:"observed"`
	Expected []float64       `json:"expected"`
	Chi2     estimate.Number `json:"chi2"`
	DF       int             `json:"df"`
	P        estimate.Number `json:"p"`
	// Trend is the χ², with one degree of freedom, of hazards that rise or fall with the group's number; absent where
	// fewer than three groups are tested or their names are no numbers.
	Trend    estimate.Number    `json:"chi2_trend"`
	PTrend   estimate.Number    `json:"p_trend"`
	Strata   int                `json:"strata"` // in which somebody was at risk
	Warnings []estimate.Warning `json:"warnings,omitempty"`
}

// Test is the unweighted log-rank (Mantel–Haenszel) test: at each event time the events of a group are compared with
// its share of those at risk; the variance is hypergeometric, d (n−d)/(n−1) × (nₖ/n)(δ − nⱼ/n), and χ² has one degree
// of freedom less than there are groups with any expectation (Mantel 1966; Peto & Peto 1972).
func Test(groups map[string][]Subject) LogRank { return Stratified(groups) }

// Stratified is the log-rank test within strata: each is its own table of those at risk, and observed, expected and
// variance are added up before they are compared, so that strata may differ in their curves and in their mix of groups
// (Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, ch. 1; strata() in R's survdiff).
func Stratified(strata ...map[string][]Subject) LogRank {
	var t LogRank
	for _, groups := range strata {
		for name := range groups {
			t.Groups = append(t.Groups, name)
		}
	}
	slices.Sort(t.Groups)
	t.Groups = slices.Compact(t.Groups)
	k := len(t.Groups)
	t.N, t.Observed, t.Expected = make([]int, k), make([]float64, k), make([]float64, k)
	variance := mat.NewSymDense(max(k, 1), nil)
	for _, groups := range strata {
		t.add(groups, variance)
	}
	t.judge(variance)
	return t
}

// add takes in the tables of one stratum.
func (t *LogRank) add(groups map[string][]Subject, variance *mat.SymDense) {
	k := len(t.Groups)
	curves := make([]Curve, k)
	var times []float64
	followed := 0
	for g, name := range t.Groups {
		curves[g] = KaplanMeier(groups[name], 0)
		t.N[g] += curves[g].N
		followed += curves[g].N
		for _, s := range curves[g].Steps {
			if s.Events > 0 {
				times = append(times, s.Time)
			}
		}
	}
	if followed > 0 {
		t.Strata++
	}
	slices.Sort(times)
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
	t.trend(used, variance)
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

// trend is the test of Tarone (1975, Biometrika 62:679–682) with the numbers the groups are called by as scores:
// (Σ s (O−E))² ÷ s′Vs.
func (t *LogRank) trend(used []int, variance *mat.SymDense) {
	if len(used) < 3 {
		return
	}
	scores := make([]float64, len(used))
	for i, g := range used {
		score, err := strconv.ParseFloat(t.Groups[g], 64)
		if err != nil || !(math.Abs(score) < 1e9) {
			return
		}
		scores[i] = score
	}
	var sum, spread float64
	for i, g := range used {
		sum += scores[i] * (t.Observed[g] - t.Expected[g])
		for j, h := range used {
			spread += scores[i] * scores[j] * variance.At(g, h)
		}
	}
	if !(spread > 1e-12) {
		return
	}
	t.Trend = estimate.Of(sum * sum / spread)
	t.PTrend = estimate.Of(distuv.ChiSquared{K: 1}.Survival(sum * sum / spread))
}
