package did

import "hulian/queries/stats/estimate"

// clustered adds up the influences of the units of a cluster, so that √Σψ²/C over the C clusters is the standard error
// that lets units of one cluster vary together: ψ_c = C/n Σ_{i∈c} ψᵢ, divisor C, without a small-sample factor.
// Without clusters it gives back what it was given.
func (r *Result) clustered(influence []float64) []float64 {
	if r.panel.cluster == nil {
		return influence
	}
	out := make([]float64, r.panel.clusters)
	for i, v := range influence {
		out[r.panel.cluster[i]] += v
	}
	scale := float64(len(out)) / float64(len(influence))
	for c := range out {
		out[c] *= scale
	}
	return out
}

func (r *Result) allClustered(influences [][]float64) [][]float64 {
	if r.panel.cluster == nil {
		return influences
	}
	out := make([][]float64, len(influences))
	for i, psi := range influences {
		out[i] = r.clustered(psi)
	}
	return out
}

// enoughClusters: below, standard errors clustered so are known to be too small (Cameron, Gelbach & Miller 2008, Review
// of Economics and Statistics 90:414–427).
const enoughClusters = 30

// cluster reads the clusters of the units off their first rows; the name of no cluster is one of its own.
func (r *Result) cluster(of func(row int) string) {
	numbers := map[string]int{}
	several := 0
	all := make([]int, r.panel.n)
	for i, rows := range r.panel.rows {
		name, known := "", false
		for _, at := range rows {
			switch {
			case at < 0:
			case !known:
				name, known = of(at), true
			case of(at) != name:
				several++
			}
		}
		if _, ok := numbers[name]; !ok {
			numbers[name] = len(numbers)
		}
		all[i] = numbers[name]
	}
	r.panel.cluster, r.panel.clusters = all, len(numbers)
	if several > 0 {
		r.warn(estimate.Invalid, "%d rows are in another cluster than the first of their unit, which was kept", several)
	}
	switch {
	case len(numbers) < 2:
		r.warn(estimate.NotEstimable, "all units are in one cluster: no standard error can let clusters vary")
	case len(numbers) < enoughClusters:
		r.warn(estimate.SmallBase, "%d clusters: with fewer than %d, standard errors clustered so are too small", len(numbers), enoughClusters)
	}
}
