package ordinary

import (
	"math"
	"slices"
)

// Unit is what is on record for one member of a group: X of N for a share, X alone for a count.
type Unit struct {
	Group string
	X, N  float64
}

// Rarity is how one unit stands among the ordinary members of its group.
type Rarity struct {
	Expected float64 // of an ordinary member: a share, or a count; NaN where nobody can be compared with
	P        float64 // of an ordinary member showing more, and half of those showing as much (mid-p; Lancaster 1961); NaN likewise
}

// Fit is what was found of all units.
type Fit struct {
	Units  []Rarity
	Spread float64 // between ordinary members: the correlation within a member for shares (0: binomial), 1/size for counts (0: Poisson)
}

const (
	peersWorth = 5   // members of the whole whose record is added to a group's, so that few peers do not decide alone
	upperPart  = .95 // above it a unit is only known to lie above: what stands out must not widen the spread that judges it
	fitted     = 3000
)

// Shares compares shares: X of N is beta-binomial about the share of the unit's group, the unit itself left out, with one
// spread for all (Skellam 1948, Journal of the Royal Statistical Society B 10:257–261).
func Shares(units []Unit) Fit {
	return fit(units, family{tail: betaBinomial, variance: func(m, n float64) float64 { return n * m * (1 - m) }, shares: true})
}

// Counts compares counts: X is negative binomial about the mean of the unit's group, the unit itself left out, with one
// spread for all (Fisher 1941, Annals of Eugenics 11:182–187). N is not read.
func Counts(units []Unit) Fit {
	counted := slices.Clone(units)
	for i := range counted {
		counted[i].N = 1
	}
	return fit(counted, family{tail: negativeBinomial, variance: func(m, _ float64) float64 { return m }})
}

// family is a distribution with a mean and a spread: tail gives the chances of exactly x, and of x or more.
type family struct {
	tail     func(x, n, mean, spread float64) (exactly, more float64)
	variance func(mean, n float64) float64 // without spread
	shares   bool
}

// fit finds the spread by maximum likelihood, with the units in the upper part known only to lie there (a censored
// likelihood), and then each unit's tail.
func fit(units []Unit, f family) Fit {
	result := Fit{Units: make([]Rarity, len(units))}
	means := centres(units, f.shares)
	limits := censored(units, means, f)
	step := 1 + len(units)/fitted // of tens of thousands every so many are enough to know the spread
	best := math.Inf(-1)
	for _, spread := range spreads {
		sum := 0.0
		for i := 0; i < len(units); i += step {
			if u := units[i]; !math.IsNaN(means[i]) {
				chance, more := f.tail(math.Min(u.X, limits[i]+1), u.N, means[i], spread)
				if u.X > limits[i] {
					chance = more
				}
				sum += math.Log(math.Max(chance, 1e-300))
			}
		}
		if sum > best {
			best, result.Spread = sum, spread
		}
	}
	for i, u := range units {
		result.Units[i] = Rarity{Expected: means[i], P: math.NaN()}
		if !math.IsNaN(means[i]) {
			exactly, more := f.tail(u.X, u.N, means[i], result.Spread)
			result.Units[i].P = more - exactly/2
		}
	}
	return result
}

// spreads are the values tried: fine enough that a better one would move no conclusion.
var spreads = func() []float64 {
	all := []float64{0}
	for s := .001; s < 4; s *= 1.25 {
		all = append(all, s)
	}
	return all
}()

// centres are what an ordinary member of each unit's group shows: the others of the group, with some of the whole added.
// What lies above the upper part of all counts no more than its limit.
func centres(units []Unit, shares bool) []float64 {
	var values []float64
	for _, u := range units {
		if u.N > 0 {
			values = append(values, u.X/u.N)
		}
	}
	means := make([]float64, len(units))
	if len(values) < 2 {
		for i := range means {
			means[i] = math.NaN()
		}
		return means
	}
	slices.Sort(values)
	top := values[int(upperPart*float64(len(values)-1))]
	type sum struct{ x, n, members float64 }
	var all sum
	groups := map[string]sum{}
	add := func(s sum, u Unit, sign float64) sum {
		if u.N > 0 {
			s.x, s.n, s.members = s.x+sign*math.Min(u.X, top*u.N), s.n+sign*u.N, s.members+sign
		}
		return s
	}
	for _, u := range units {
		all = add(all, u, 1)
		groups[u.Group] = add(groups[u.Group], u, 1)
	}
	for i, u := range units {
		whole, own := add(all, u, -1), add(groups[u.Group], u, -1)
		if !(u.N > 0) || !(own.members > 0) {
			means[i] = math.NaN()
			continue
		}
		worth := peersWorth * whole.n / whole.members
		means[i] = (own.x + worth*whole.x/whole.n) / (own.n + worth)
		if shares {
			means[i] = math.Min(1-1e-4, math.Max(1e-4, means[i]))
		} else {
			means[i] = math.Max(1e-4, means[i])
		}
	}
	return means
}

// censored are the numbers above which a unit belongs to the upper part.
func censored(units []Unit, means []float64, f family) []float64 {
	deviation := func(i int) float64 {
		u := units[i]
		m := means[i]
		if f.shares {
			m *= u.N
		}
		return (u.X - m) / math.Sqrt(f.variance(means[i], u.N))
	}
	var all []float64
	for i := range units {
		if !math.IsNaN(means[i]) {
			all = append(all, deviation(i))
		}
	}
	limits := make([]float64, len(units))
	if len(all) == 0 {
		return limits
	}
	slices.Sort(all)
	upper := all[int(upperPart*float64(len(all)-1))]
	for i, u := range units {
		m := means[i]
		if f.shares {
			m *= u.N
		}
		limits[i] = math.Max(0, math.Floor(m+upper*math.Sqrt(f.variance(means[i], u.N))))
		if f.shares {
			limits[i] = math.Min(limits[i], u.N-1)
		}
	}
	return limits
}

// betaBinomial gives the chances of exactly x and of x or more out of n, at a mean share and a correlation of spread/(1+spread).
func betaBinomial(x, n, mean, spread float64) (exactly, more float64) {
	n, x = math.Round(n), math.Round(x)
	if x > n {
		return 0, 0
	}
	if x <= 0 {
		x = 0
	}
	var ratio func(k float64) float64 // of the chance of k + 1 to that of k
	if spread == 0 {
		exactly = math.Exp(choose(n, x) + x*math.Log(mean) + (n-x)*math.Log1p(-mean))
		ratio = func(k float64) float64 { return (n - k) / (k + 1) * mean / (1 - mean) }
	} else {
		a, b := mean/spread, (1-mean)/spread
		exactly = math.Exp(choose(n, x) + beta(x+a, n-x+b) - beta(a, b))
		ratio = func(k float64) float64 { return (n - k) / (k + 1) * (k + a) / (n - k - 1 + b) }
	}
	chance := exactly
	for k := x; ; k++ {
		more += chance
		if k >= n || chance < 1e-18*more {
			break
		}
		chance *= ratio(k)
	}
	return exactly, math.Min(1, more)
}

// negativeBinomial gives the chances of exactly x and of x or more, at a mean and a variance of mean + spread × mean².
func negativeBinomial(x, _, mean, spread float64) (exactly, more float64) {
	x = math.Max(0, math.Round(x))
	var first float64
	var ratio func(k float64) float64
	if spread == 0 {
		first = math.Exp(-mean)
		ratio = func(k float64) float64 { return mean / (k + 1) }
	} else {
		size := 1 / spread
		first = math.Exp(size * math.Log(size/(size+mean)))
		ratio = func(k float64) float64 { return (size + k) / (k + 1) * mean / (size + mean) }
	}
	exactly, more = first, 1
	for k := 0.0; k < x; k++ {
		more -= exactly
		exactly *= ratio(k)
	}
	if more < 1e-9 { // differences have lost their digits: add up what is left instead
		more = 0
		for k, chance := x, exactly; k < x+10_000; k++ {
			more += chance
			if chance < 1e-18*more {
				break
			}
			chance *= ratio(k)
		}
	}
	return exactly, math.Max(0, more)
}

func choose(n, k float64) float64 { return gamma(n+1) - gamma(k+1) - gamma(n-k+1) }

func beta(a, b float64) float64 { return gamma(a) + gamma(b) - gamma(a+b) }

func gamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}
