package shrink

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/rate"
)

// node is one point of the posterior of the prior's parameters: mean μ, size r = 1/θ (α+β, or β for counts), weight.
type node struct{ mean, size, weight float64 }

// family is what differs between proportions and counts.
type family struct {
	// logLik is the log likelihood of all units, up to a constant, at mean μ and size r.
	logLik func(mean, size float64) float64
	// mean and its slope of the free parameter a: logit μ or log μ.
	mean func(a float64) (mu, d1, d2 float64)
	// about gives, for a size, where the free parameter of the mean lies and how far it spreads.
	about func(size float64) (a, spread float64)
	// log of the prior's density in (a, log θ)
	logPrior func(a, logTheta float64) float64
}

const (
	meanNodes   = 21 // over ± 6 standard deviations of the mean at each size
	meanReach   = 6.0
	sizeNodes   = 48
	negligible  = 16.0 // e⁻¹⁶: what lies lower does not count
	leastUnits  = 3
	leastInside = 2 // units with events, and with trials that were none: below, the posterior is improper
)

// integrate lays nodes over the posterior of (μ, θ). The range of θ is found by looking three times, each time closer.
func integrate(f family, scale float64) []node {
	low, high := math.Log(1e-4/scale), math.Log(1e3)
	for range 3 {
		top, profile := math.Inf(-1), make([]float64, sizeNodes)
		for i := range profile {
			t := low + (high-low)*float64(i)/(sizeNodes-1)
			a, _ := f.about(math.Exp(-t))
			mu, _, _ := f.mean(a)
			profile[i] = f.logLik(mu, math.Exp(-t)) + f.logPrior(a, t)
			top = math.Max(top, profile[i])
		}
		first, last := 0, sizeNodes-1
		for first < last && profile[first] < top-negligible {
			first++
		}
		for last > first && profile[last] < top-negligible {
			last--
		}
		step := (high - low) / (sizeNodes - 1)
		low, high = low+step*float64(max(first-1, 0)), low+step*float64(min(last+1, sizeNodes-1))
	}
	var nodes []node
	top := math.Inf(-1)
	for i := range sizeNodes {
		t := low + (high-low)*float64(i)/(sizeNodes-1)
		size := math.Exp(-t)
		middle, spread := f.about(size)
		for j := range meanNodes {
			a := middle + spread*meanReach*(2*float64(j)/(meanNodes-1)-1)
			mu, _, _ := f.mean(a)
			l := f.logLik(mu, size) + f.logPrior(a, t) + math.Log(spread)
			if estimate.Finite(l) && mu > 0 {
				nodes, top = append(nodes, node{mu, size, l}), math.Max(top, l)
			}
		}
	}
	var sum float64
	kept := nodes[:0]
	for _, n := range nodes {
		if n.weight > top-negligible {
			n.weight = math.Exp(n.weight - top)
			sum += n.weight
			kept = append(kept, n)
		}
	}
	for i := range kept {
		kept[i].weight /= sum
	}
	return kept
}

// hierarchicalBeta lays the nodes for proportions; none where the data do not bound the posterior.
func hierarchicalBeta(units []Unit) []node {
	inside, largest := 0, 1.0
	for _, u := range units {
		if u.Events > 0 && u.Events < u.Base {
			inside++
		}
		largest = math.Max(largest, u.Base)
	}
	if len(units) < leastUnits || inside < leastInside {
		return nil
	}
	about := func(size float64) (a, spread float64) {
		var sum, weights float64
		for _, u := range units {
			w := u.Base * (size + 1) / (size + u.Base)
			sum, weights = sum+w*u.Events/u.Base, weights+w
		}
		p := (sum + 0.5) / (weights + 1)
		return math.Log(p / (1 - p)), 1 / math.Sqrt(p*(1-p)*(weights+1))
	}
	return integrate(family{
		logLik: func(mu, size float64) float64 {
			alpha, beta := mu*size, (1-mu)*size
			l := float64(len(units)) * (lgamma(size) - lgamma(alpha) - lgamma(beta))
			for _, u := range units {
				l += lgamma(u.Events+alpha) + lgamma(u.Base-u.Events+beta) - lgamma(u.Base+size)
			}
			return l
		},
		mean: inverseLogit, about: about,
		logPrior: func(_, t float64) float64 { return t },
	}, largest)
}

// hierarchicalGamma lays the nodes for counts.
func hierarchicalGamma(units []Unit) []node {
	inside, largest, smallest := 0, 0.0, math.Inf(1)
	for _, u := range units {
		if u.Events > 0 {
			inside++
		}
		largest, smallest = math.Max(largest, u.Base), math.Min(smallest, u.Base)
	}
	if len(units) < leastUnits || inside < leastInside {
		return nil
	}
	about := func(size float64) (a, spread float64) {
		var sum, weights float64
		for _, u := range units {
			w := u.Base * size / (size + u.Base)
			sum, weights = sum+w*u.Events/u.Base, weights+w
		}
		return math.Log((sum + 0.5) / weights), 1 / math.Sqrt(sum+0.5)
	}
	return integrate(family{
		logLik: func(mu, size float64) float64 {
			alpha := mu * size
			l := float64(len(units)) * (alpha*math.Log(size) - lgamma(alpha))
			for _, u := range units {
				l += lgamma(u.Events+alpha) - (u.Events+alpha)*math.Log(size+u.Base)
			}
			return l
		},
		mean: exponential, about: about,
		logPrior: func(_, t float64) float64 { return t },
	}, largest)
}

// summary gives the prior the nodes stand for: their mean, and the size at the mean of log r.
func summary(nodes []node) Prior {
	p := Prior{Method: Hierarchical}
	var mean, logSize float64
	for _, n := range nodes {
		mean, logSize = mean+n.weight*n.mean, logSize+n.weight*math.Log(n.size)
	}
	if len(nodes) > 0 {
		p.Mean, p.Size = estimate.Of(mean), estimate.Of(math.Exp(logSize))
	}
	return p
}

// mixed gives the mean and variance of a unit's rate over the nodes, and the mean weight of its own data.
func (u *Shrunk) mixed(nodes []node, variance func(mean, size float64) float64) (mean, spread, own float64) {
	var square float64
	for _, n := range nodes {
		m := (u.Events + n.mean*n.size) / (u.Base + n.size)
		mean += n.weight * m
		square += n.weight * (variance(m, u.Base+n.size) + m*m)
		own += n.weight * u.Base / (u.Base + n.size)
	}
	return mean, square - mean*mean, own
}

// hierarchical fills the units of proportions: the Beta distribution with the mean and variance of the mixture.
func (f *Fit) hierarchicalBeta(nodes []node) {
	for i := range f.Units {
		u := &f.Units[i]
		if u.refused {
			continue
		}
		m, v, own := u.mixed(nodes, func(m, size float64) float64 { return m * (1 - m) / (size + 1) })
		if !(v > 0) || !(m > 0) || !(m < 1) {
			f.pool(u)
			continue
		}
		size, tail := m*(1-m)/v-1, (1-f.Confidence)/2
		u.Value, u.Weight = estimate.Of(m), estimate.Of(own)
		u.Low, u.High = estimate.Of(rate.BetaQuantile(tail, m*size, (1-m)*size)), estimate.Of(rate.BetaQuantile(1-tail, m*size, (1-m)*size))
	}
}

// hierarchicalGamma fills the units of counts: the Gamma distribution with the mean and variance of the mixture.
func (f *Fit) hierarchicalGamma(nodes []node) {
	for i := range f.Units {
		u := &f.Units[i]
		if u.refused {
			continue
		}
		m, v, own := u.mixed(nodes, func(m, size float64) float64 { return m / size })
		if !(v > 0) || !(m > 0) {
			f.pool(u)
			continue
		}
		posterior, tail := distuv.Gamma{Alpha: m * m / v, Beta: m / v}, (1-f.Confidence)/2
		u.Value, u.Weight = estimate.Of(m), estimate.Of(own)
		u.Low, u.High = estimate.Of(posterior.Quantile(tail)), estimate.Of(posterior.Quantile(1-tail))
	}
}
