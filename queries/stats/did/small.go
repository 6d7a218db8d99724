package did

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// With few units the normal approximation fails thrice: the variances have divisor n, the normal quantile takes them as
// known, and random signs on few units have short tails. Options.SmallSample gives each cohort's part of the variance
// its own degrees of freedom, as in Welch's test,
//
//	V = Σ_g V_g, V_g = n_g/(n_g−1) Σ_{i∈g} (ψᵢ − ψ̄_g)²/n², ν = V² ÷ Σ_g V_g²/(n_g−1)
//
// (Satterthwaite 1946, Biometrics Bulletin 2:110–114; Bell & McCaffrey 2002, Survey Methodology 28:169–181), takes
// Student's t with ν degrees of freedom, and draws the bands from a multivariate t: normal weights for the units, each
// draw divided by √(χ²_ν/ν).
//
// ψ̄_g, the mean of a cohort, carries the estimation of the cohorts' shares and nothing else. It is taken out: who
// started when is given, a town's own villages are no draw from a larger number, and at 20 units that term, made of the
// noise of the cohorts' own effects, is a sixth of the variance: 97% of the intervals would hold the truth.

// fitting is up to how many units Options.Fitting takes the small-sample variant.
const fitting = 100

// fewUnits decides whether standard errors are offered, and warns of what few units cost, with the figures of
// BenchmarkStaggered.
func (r *Result) fewUnits() {
	treated := r.panel.n - r.Never
	comparison := r.Never // those not yet treated leave one by one: the last effects rest on the never treated alone
	if n := min(treated, comparison); n < fewASide {
		r.Few = true
		r.warn(estimate.SmallBase, "%d treated units against %d: with fewer than %d on a side, standard errors, intervals and bands are too narrow and are not offered; read the permutation test", treated, comparison, fewASide)
		return
	}
	if !r.Options.SmallSample && r.panel.n < fitting {
		r.warn(estimate.SmallBase, "%d units: of such 95%% intervals 92%% hold the truth with 20 units and 94 with 50, of the bands 74 and 89; the small-sample variant gives 96 and 95, and 95 and 95; dealing the starts anew gives a p-value that holds with any number", r.panel.n)
	}
	for _, g := range r.Groups {
		switch {
		case r.Sizes[g] == 1:
			r.warn(estimate.SmallBase, "cohort %s is one unit: its own variation cannot be known and is missing from every standard error it takes part in", r.period(g))
		case r.Sizes[g] < 5 && !r.Options.SmallSample:
			r.warn(estimate.SmallBase, "cohort %s has %d units only: its standard errors are too small", r.period(g), r.Sizes[g])
		}
	}
}

// within takes the mean of each cohort out of an influence function.
func (r *Result) within(influence []float64) []float64 {
	means, sizes := map[int]float64{}, map[int]float64{}
	for i, psi := range influence {
		g := r.panel.first[i]
		sizes[g]++
		means[g] += (psi - means[g]) / sizes[g]
	}
	out := make([]float64, len(influence))
	for i, psi := range influence {
		out[i] = psi - means[r.panel.first[i]]
	}
	return out
}

// variance gives V and ν of an influence function within the cohorts. A cohort of one unit has no variation of its own
// to add.
func (r *Result) variance(within []float64) (v, df float64) {
	n := float64(r.panel.n)
	sums, sizes := map[int]float64{}, map[int]float64{}
	for i, psi := range within {
		sums[r.panel.first[i]] += psi * psi / (n * n)
		sizes[r.panel.first[i]]++
	}
	var below float64
	for g, sum := range sums {
		if sizes[g] < 2 {
			continue
		}
		part := sum * sizes[g] / (sizes[g] - 1)
		v += part
		below += part * part / (sizes[g] - 1)
	}
	return v, v * v / below
}

// smallSample is the standard error and what it is multiplied by; absent where nothing varies within the cohorts.
func (r *Result) smallSample(att float64, influence []float64) (se estimate.Number, t float64) {
	within := r.within(influence)
	if !standardError(within, att).Known {
		return estimate.Absent(), 0
	}
	v, df := r.variance(within)
	return estimate.Of(math.Sqrt(v)), distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.5 + r.Options.Confidence/2)
}

// smallSampleBand gives the critical value of a band that holds for all effects at once, and their standard errors.
func (r *Result) smallSampleBand(influences [][]float64) (critical estimate.Number, ses []estimate.Number) {
	largest, ses := r.maxima(influences)
	if largest == nil {
		return estimate.Absent(), ses
	}
	return estimate.Of(quantile1(largest, r.Options.Confidence)), ses
}

// MaxT is the joint test that several effects are zero by the largest of their t statistics.
type MaxT struct {
	T estimate.Number `json:"max_t"`
	P estimate.Number `json:"p"` // share of draws without any effect whose largest is as large
}

func (r *Result) maxT(atts []float64, influences [][]float64) *MaxT {
	largest, ses := r.maxima(influences)
	if largest == nil {
		return nil
	}
	var t float64
	for i, se := range ses {
		if se.Known {
			t = math.Max(t, math.Abs(atts[i])/se.Value)
		}
	}
	above := len(largest) - sort.SearchFloat64s(largest, t)
	return &MaxT{estimate.Of(t), estimate.Of(float64(above+1) / float64(len(largest)+1))}
}

// maxima draws the largest of the effects' t statistics where there is no effect, sorted; nil where nothing varies.
func (r *Result) maxima(influences [][]float64) (largest []float64, ses []estimate.Number) {
	ses = make([]estimate.Number, len(influences))
	if len(influences) == 0 || r.Options.Draws < 2 {
		return nil, ses
	}
	random := rand.New(rand.NewPCG(r.Options.Seed, 0x2545f4914f6cdd1d))
	factors := r.factors()
	scales, weights := make([]float64, r.Options.Draws), make([][]float64, r.Options.Draws)
	for d := range weights {
		scales[d], weights[d] = random.NormFloat64(), make([]float64, len(factors))
		for i, f := range factors {
			weights[d][i] = random.NormFloat64() * f
		}
	}
	if r.spreads == nil {
		r.spreads = map[float64][]float64{}
	}
	for k, influence := range influences {
		psi := r.within(influence)
		if !standardError(psi, 0).Known {
			continue // a base period does not vary
		}
		v, df := r.variance(psi)
		df = max(1, math.Round(df))
		if r.spreads[df] == nil { // one seed, so one list for all effects with these degrees of freedom
			r.spreads[df] = chi(scales, df)
		}
		ses[k] = estimate.Of(math.Sqrt(v))
		if largest == nil {
			largest = make([]float64, r.Options.Draws)
		}
		for d := range largest {
			var z float64
			for i, w := range weights[d] {
				z += w * psi[i]
			}
			largest[d] = math.Max(largest[d], math.Abs(z)/math.Sqrt(v)/r.spreads[df][d])
		}
	}
	slices.Sort(largest)
	return largest, ses
}

// exactDF is up to where the χ² quantile is computed; above, Wilson & Hilferty's cube (1931, PNAS 17:684–688) is within
// a thousandth.
const exactDF = 10

// chi gives √(χ²_ν/ν) at the probabilities of normal values.
func chi(z []float64, df float64) []float64 {
	out := make([]float64, len(z))
	law := distuv.ChiSquared{K: df}
	for i, x := range z {
		if df <= exactDF {
			out[i] = math.Sqrt(law.Quantile(distuv.UnitNormal.CDF(x)) / df)
			continue
		}
		c := 2 / (9 * df)
		out[i] = math.Pow(math.Max(0, 1-c+x*math.Sqrt(c)), 1.5)
	}
	return out
}

// factors are √(n_g/(n_g−1))/n of each unit, what its influence weighs in a standard error.
func (r *Result) factors() []float64 {
	sizes := map[int]float64{}
	for _, g := range r.panel.first {
		sizes[g]++
	}
	all := make([]float64, r.panel.n)
	for i, g := range r.panel.first {
		all[i] = 1 / float64(r.panel.n)
		if n := sizes[g]; n > 1 {
			all[i] *= math.Sqrt(n / (n - 1))
		}
	}
	return all
}
