package wild

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/combin"

	"hulian/queries/stats/estimate"
)

// bootstrap counts t* over vectors of weights v, one weight a cluster: y* = fit + v_g u. With parts p_g = a_g′u and moves
// B_g = (X′X)⁻¹X_g′u, the coefficients move by Σ v_g B_g, and the residuals of cluster g make v_g p_g − a_g′X_g Σ v_h B_h
// of the coefficient, whose squares add up to the sandwich. Factors of CR1 cancel against those in t but for one of the
// scale, which is the same everywhere.
func (m *model) bootstrap(t float64, imposed bool, o Options) *Bootstrap {
	k := m.design.K
	rest := make([]float64, m.design.N)
	if imposed {
		floats.SubTo(rest, m.y, m.imposed.Fitted)
	} else {
		floats.SubTo(rest, m.y, m.full.Fitted)
	}
	own, moves := m.parts(rest)
	weigh := m.loadings()
	gg, n := float64(m.clusters), float64(m.design.N)
	factor := gg / (gg - 1) * (n - 1) / (n - float64(k))
	seen, most := math.Abs(t), 0.0
	for _, p := range own {
		most = math.Max(most, math.Abs(p))
	}
	var b Bootstrap
	var atLeast, more, low, high int
	var sizes []float64
	moved := make([]float64, k)
	b.Enumerated = o.vectors(m.clusters, func(v []float64) {
		clear(moved)
		for c, w := range v {
			floats.AddScaled(moved, w, moves[c])
		}
		var sum float64
		for c, w := range v {
			d := w*own[c] - floats.Dot(weigh[c], moved)
			sum += d * d
		}
		at := moved[m.treated] / math.Sqrt(factor*sum)
		if !(sum > 1e-26*most*most) { // nothing is left to vary: as far out as can be, or not at all
			at = 0
			if math.Abs(moved[m.treated]) > 1e-13*most {
				at = math.Copysign(math.MaxFloat64, moved[m.treated])
			}
		}
		room := slack * math.Max(seen, 1e-6)
		atLeast += btoi(math.Abs(at) >= seen-room)
		more += btoi(math.Abs(at) > seen+room)
		low += btoi(at <= t+room)
		high += btoi(at >= t-room)
		sizes = append(sizes, math.Abs(at))
	})
	b.Draws = len(sizes)
	share := func(count int) estimate.Number { return estimate.Of(float64(count) / float64(b.Draws)) }
	b.AtLeast, b.More, b.Low, b.High = share(atLeast), share(more), share(low), share(high)
	slices.Sort(sizes)
	if q := estimate.Quantile(sizes, 0.95); q < math.MaxFloat64/2 {
		b.Q95 = estimate.Of(q)
	}
	return &b
}

// loadings gives a_g′X_g for each cluster.
func (m *model) loadings() [][]float64 {
	out := make([][]float64, m.clusters)
	for c := range out {
		out[c] = make([]float64, m.design.K)
	}
	direction := make([]float64, m.design.K)
	for j := range direction {
		direction[j] = m.inverse.At(m.treated, j)
	}
	for i, c := range m.of {
		x := m.design.Row(i)
		floats.AddScaled(out[c], floats.Dot(x, direction), x)
	}
	return out
}

// vectors calls do with every vector of signs where there are up to 2²⁰, else with drawn ones.
func (o Options) vectors(clusters int, do func(v []float64)) (enumerated bool) {
	v := make([]float64, clusters)
	if o.Weights == Rademacher && !o.Drawn && clusters <= mostEnumerated {
		for bits := range 1 << clusters {
			for c := range v {
				v[c] = float64(1 - 2*(bits>>c&1))
			}
			do(v)
		}
		return true
	}
	values := []float64{-1, 1}
	if o.Weights == Webb {
		values = []float64{-math.Sqrt(1.5), -1, -math.Sqrt(0.5), math.Sqrt(0.5), 1, math.Sqrt(1.5)}
	}
	random := rand.New(rand.NewPCG(o.Seed, 0x94d049bb133111eb))
	for range o.Draws {
		for c := range v {
			v[c] = values[random.IntN(len(values))]
		}
		do(v)
	}
	return false
}

// mostDeals bounds the enumeration of dealing the treated clusters.
const mostDeals = 1e6

// permute deals the clusters anew; the statistic is the difference of the means of the units.
func (r *Result) permute(o Options) {
	if slices.ContainsFunc(r.Clusters, func(c Cluster) bool { return c.Mixed }) {
		r.warn(estimate.NotEstimable, "a cluster has treated and other units: clusters cannot be dealt anew")
		return
	}
	g, k := len(r.Clusters), r.TreatedClusters
	var all, units, most float64
	var seen []int
	for i, c := range r.Clusters {
		all, units, most = all+c.Mean*float64(c.N), units+float64(c.N), math.Max(most, math.Abs(c.Mean))
		if c.Treated {
			seen = append(seen, i)
		}
	}
	difference := func(treated []int) float64 {
		var sum, n float64
		for _, i := range treated {
			sum, n = sum+r.Clusters[i].Mean*float64(r.Clusters[i].N), n+float64(r.Clusters[i].N)
		}
		return sum/n - (all-sum)/(units-n)
	}
	at, room := difference(seen), 1e-12*most
	p := &Permutation{Enumerated: combin.GeneralizedBinomial(float64(g), float64(k)) <= mostDeals}
	var two, greater, less int
	count := func(d float64) {
		p.Deals++
		two += btoi(math.Abs(d) >= math.Abs(at)-room)
		greater += btoi(d >= at-room)
		less += btoi(d <= at+room)
	}
	if p.Enumerated {
		deals := combin.NewCombinationGenerator(g, k)
		treated := make([]int, k)
		for deals.Next() {
			count(difference(deals.Combination(treated)))
		}
	} else {
		random := rand.New(rand.NewPCG(o.Seed, 0xd6e8feb86659fd93))
		count(at) // what was seen is one of the deals
		for range o.Draws {
			count(difference(random.Perm(g)[:k]))
		}
	}
	share := func(count int) estimate.Number { return estimate.Of(float64(count) / float64(p.Deals)) }
	p.TwoSided, p.Greater, p.Less = share(two), share(greater), share(less)
	r.Permutation = p
}
