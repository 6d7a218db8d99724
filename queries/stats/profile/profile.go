package profile

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// Unit is one place. Events are the good outcomes: a low share is behind.
type Unit struct {
	Events, Base float64
	Reference    float64 // share of all places over the unit's own months, weighted by its bases; 0: the share of all units
}

// Options steer a fit.
type Options struct {
	Margin     float64 // how far below the middle a share must lie to count as behind, e.g. 0.10
	Weak       float64 // share of units expected to be weak before the data are looked at, e.g. 0.1
	Dispersion float64 // variance of a unit's months over the binomial one; below 1 counts as 1
}

// Judged is one unit after the fit.
type Judged struct {
	Unit
	Known  bool    // it has a base, and there are enough units to compare it with
	Factor float64 // log of the Bayes factor: weak (a margin or more below the middle) against all others
	Behind float64 // probability that the true share lies a margin or more below the middle
	Centre float64 // the middle share over the unit's own months

	model *model // by which the posterior is found when it is asked for
	seen  *seen
}

// Fit is the model of all units.
type Fit struct {
	Centre estimate.Number // the middle unit's share
	Spread estimate.Number // standard deviation of the ordinary units' shares about it
	Units  []Judged
}

// LeastUnits make a distribution to stand out from.
const LeastUnits = 5

// The model is laid out on nodes of u, the distance of a unit's logit from the middle one's.
const (
	step     = 0.08
	lowest   = -5.4
	nodes    = 110 // up to u = 3.3
	fine     = 100 // steps of the tables per unit of logit
	reach    = 14  // largest logit of the tables
	sharpest = 625 // bases are cut to n·p(1−p) of this: no share is known to better than one point
	below    = 0.12
	faint    = 18.0 // e⁻¹⁸ of the largest likelihood counts as nothing
	passes   = 3
	manyMore = 60 // units from which the median needs no correction for the weak ones
)

// spreads are the standard deviations of the ordinary units' logits the model averages over, and their prior weights:
// log-normal about 0.25, which is five points of share about 0.65 and three and a half about 0.83.
var (
	spreads = [...]float64{.07, .11, .17, .26, .4, .62, .95}
	softs   = func() (all [2*reach*fine + 1]float64) {
		for i := range all {
			x := float64(i-reach*fine) / fine
			all[i] = math.Log1p(math.Exp(-x))
		}
		return all
	}()
	at = func() (all [nodes]float64) {
		for j := range all {
			all[j] = lowest + step*float64(j)
		}
		return all
	}()
)

// off are the nodes in fine steps.
var off = func() (all [nodes]int) {
	for j, u := range at {
		all[j] = int(math.Round(u * fine))
	}
	return all
}()

func spreadPrior(k int) float64 {
	z := math.Log(spreads[k]/.25) / .7
	return math.Exp(-z * z / 2)
}

func share(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }

func logit(p float64) float64 {
	p = math.Min(.998, math.Max(.002, p))
	return math.Log(p / (1 - p))
}

// Of fits yᵢ ~ Binomial(nᵢ/φ, pᵢ), where logit pᵢ is the reference's plus m plus u. An ordinary unit has u ~ N(0, ω²); a weak one
// lies d below the middle share, d − margin exponential with mean 0.12, and a strong one as far above it. Which of them a unit is, is
// not known: weak ones are a share Weak of all, and so are strong ones. So a weak unit is explained by being weak and not by a wide ω, and the evidence about a unit is
// taken from the ω the others leave (leave-one-out): neither it nor a few like it widen the limits by which it is judged. ω is
// averaged over and m settled by the ordinary units; all is summed over nodes, so that shares near 1 and bases
// of ten are exact. See Ohlssen, Sharples & Spiegelhalter 2007 (JRSS A 170:865–890) and Jones & Spiegelhalter 2011
// (The American Statistician 65:154–163): the random effects are the null distribution, and the question is whether a unit
// belongs to it.
func Of(units []Unit, o Options) Fit {
	f := Fit{Units: make([]Judged, len(units))}
	var events, base float64
	n := 0
	for i, u := range units {
		f.Units[i].Unit = u
		if u.Base > 0 && u.Events >= 0 && u.Events <= u.Base {
			events, base, n = events+u.Events, base+u.Base, n+1
			f.Units[i].Known = true
		}
	}
	if n < LeastUnits {
		for i := range f.Units {
			f.Units[i].Known = false
		}
		return f
	}
	m := newModel(o, n)
	middles := make([]float64, 0, n)
	for i := range f.Units {
		if u := &f.Units[i]; u.Known {
			if !(u.Reference > 0) {
				u.Reference = events / base
			}
			middles = append(middles, logit((u.Events+.5)/(u.Base+1))-logit(u.Reference))
		}
	}
	slices.Sort(middles)
	m.shift = (middles[(n-1)/2] + middles[n/2]) / 2
	rounds := passes
	if n > manyMore {
		rounds = 1
	}
	for round := range rounds {
		m.look(f.Units)
		if round < rounds-1 {
			m.settle(f.Units)
		}
	}
	m.judge(f.Units)
	f.Centre = estimate.Of(share(logit(events/base) + m.shift))
	f.Spread = estimate.Of(m.spread() * f.Centre.Value * (1 - f.Centre.Value))
	return f
}

type model struct {
	Options
	shift    float64
	ordinary [len(spreads)][nodes]float64 // prior of u by spread
	sides    map[int]*sides               // by the middle's logit in fine steps
	seen     []seen
	weights  [len(spreads)]float64 // posterior of the spread
}

// sides are the priors of u of units that are not ordinary, about one middle; nodes up to edge lie a margin or more below it.
type sides struct {
	edge       int
	weak, good [nodes]float64
	low, high  bool // a share can lie that far below, or above
}

// seen is what the data of one unit say.
type seen struct {
	centre   int // logit of its middle in fine steps
	from     int
	chance   []float64 // likelihood over nodes from there, its largest 1
	ordinary [len(spreads)]float64
	under    [len(spreads)]float64 // part of ordinary a margin or more below
	weak     float64
	good     float64
	without  [len(spreads)]float64 // posterior of the spread by the other units
}

func newModel(o Options, n int) *model {
	o.Dispersion = math.Max(1, o.Dispersion)
	m := &model{Options: o, sides: map[int]*sides{}}
	for k, omega := range spreads {
		omega *= math.Sqrt(1 + 1.5/float64(n)) // the middle is itself an estimate
		var sum float64
		for j, u := range at {
			m.ordinary[k][j] = math.Exp(-u * u / (2 * omega * omega))
			sum += m.ordinary[k][j]
		}
		for j := range at {
			m.ordinary[k][j] /= sum
		}
		m.weights[k] = spreadPrior(k)
	}
	return m
}

func (m *model) sidesAt(centre int) *sides {
	if w := m.sides[centre]; w != nil {
		return w
	}
	w, c := &sides{edge: -1}, share(float64(centre)/fine)
	var low, high float64
	for j, u := range at {
		p := share(float64(centre)/fine + u)
		density := math.Exp(-(math.Abs(c-p)-m.Margin)/below) * p * (1 - p)
		switch {
		case c-p >= m.Margin:
			w.edge, w.weak[j] = j, density
			low += density
		case p-c >= m.Margin:
			w.good[j] = density
			high += density
		}
	}
	w.low, w.high = c > m.Margin*1.5 && low > 0, 1-c > m.Margin*1.5 && high > 0
	for j := range at {
		w.weak[j] /= low + tiny
		w.good[j] /= high + tiny
	}
	m.sides[centre] = w
	return w
}

// look computes the likelihood of every unit and the posterior of the spread.
func (m *model) look(units []Judged) {
	m.seen = make([]seen, len(units))
	var post [len(spreads)]float64
	for k := range post {
		post[k] = math.Log(spreadPrior(k))
	}
	for i, u := range units {
		if !u.Known {
			continue
		}
		s := &m.seen[i]
		s.centre = int(math.Round((logit(u.Reference) + m.shift) * fine))
		s.centre = max(-7*fine, min(7*fine, s.centre))
		m.likelihood(s, u)
		w := m.sidesAt(s.centre)
		for j, l := range s.chance {
			node := s.from + j
			for k := range spreads {
				p := l * m.ordinary[k][node]
				s.ordinary[k] += p
				if node <= w.edge {
					s.under[k] += p
				}
			}
			s.weak += l * w.weak[node]
			s.good += l * w.good[node]
		}
		for k := range post {
			all, _ := m.either(s, k)
			post[k] += math.Log(all)
		}
	}
	top := slices.Max(post[:])
	for k := range post {
		m.weights[k] = math.Exp(post[k] - top)
	}
}

const tiny = 1e-300

// either is the likelihood of a unit of which it is not known what it is; rest is the part of it of units that are not weak.
func (m *model) either(s *seen, k int) (all, rest float64) {
	w, ordinary := m.sides[s.centre], 1.0
	if w.low {
		all, ordinary = m.Weak*s.weak, ordinary-m.Weak
	}
	if w.high {
		rest, ordinary = m.Weak*s.good, ordinary-m.Weak
	}
	rest += ordinary*s.ordinary[k] + tiny
	return all + rest, rest
}

func (m *model) likelihood(s *seen, u Judged) {
	p := (u.Events + .5) / (u.Base + 1)
	scale := math.Min(1/m.Dispersion, sharpest/(p*(1-p)*u.Base))
	x, y := u.Events*scale, (u.Base-u.Events)*scale
	log := func(j int) float64 {
		i := s.centre + off[j] + reach*fine
		i = max(0, min(len(softs)-1, i))
		// log p = −softplus(−η), log(1−p) = log p − η
		soft := softs[i]
		return -x*soft - y*(soft+float64(i-reach*fine)/fine)
	}
	peak := logit(p) - float64(s.centre)/fine
	mode := max(0, min(nodes-1, int(math.Round((peak-lowest)/step))))
	top := log(mode)
	var logs [nodes]float64
	first, last := mode, mode
	logs[mode] = top
	for first > 0 {
		if logs[first-1] = log(first - 1); logs[first-1] <= top-faint {
			break
		}
		first--
	}
	for last < nodes-1 {
		if logs[last+1] = log(last + 1); logs[last+1] <= top-faint {
			break
		}
		last++
	}
	s.from, s.chance = first, make([]float64, last-first+1)
	for j := range s.chance {
		s.chance[j] = math.Exp(logs[first+j] - top)
	}
}

// settle moves the middle to that of the ordinary units.
func (m *model) settle(units []Judged) {
	omega := m.spreadLogit()
	var sum, weights float64
	for i, u := range units {
		if !u.Known {
			continue
		}
		s := &m.seen[i]
		var ordinary, either float64
		for k, w := range m.weights {
			all, _ := m.either(s, k)
			ordinary, either = ordinary+w*s.ordinary[k]*(1-m.Weak), either+w*all
		}
		p := (u.Events + .5) / (u.Base + 1)
		v := omega*omega + m.Dispersion/(u.Base*p*(1-p)+.5)
		w := ordinary / either / v
		// Far out on either side a unit says little about the middle.
		d := logit(p) - float64(s.centre)/fine
		w /= 1 + d*d/(4*v)
		sum, weights = sum+w*d, weights+w
	}
	if weights > 0 {
		m.shift += sum / weights
	}
}

func (m *model) spreadLogit() float64 {
	var sum, weights float64
	for k, w := range m.weights {
		sum, weights = sum+w*spreads[k], weights+w
	}
	return sum / weights
}

func (m *model) spread() float64 { return m.spreadLogit() }

func (m *model) judge(units []Judged) {
	for i := range units {
		u, s := &units[i], &m.seen[i]
		if !u.Known {
			continue
		}
		w := m.sides[s.centre]
		u.Centre = share(float64(s.centre) / fine)
		var rest, under, weights float64
		var without [len(spreads)]float64
		for k, weight := range m.weights {
			all, _ := m.either(s, k)
			without[k] = weight / all // what the other units say of the spread
			weights += without[k]
		}
		ordinary := 1.0
		for _, there := range []bool{w.low, w.high} {
			if there {
				ordinary -= m.Weak
			}
		}
		for k := range without {
			without[k] /= weights
			_, one := m.either(s, k)
			rest, under = rest+without[k]*one, under+without[k]*ordinary*s.under[k]
		}
		chance := 0.0
		if w.low {
			u.Factor = math.Log(s.weak+tiny) - math.Log(rest/(1-m.Weak))
			chance = m.Weak * s.weak / (m.Weak*s.weak + rest)
		}
		u.Behind = chance + (1-chance)*under/rest
		u.model, u.seen = m, s
		s.without = without
	}
}

// posterior is the chance of every node, from the first on, summing to 1.
func (u Judged) posterior() (from int, chances []float64) {
	m, s := u.model, u.seen
	w, ordinary := m.sides[s.centre], 1.0
	for _, there := range []bool{w.low, w.high} {
		if there {
			ordinary -= m.Weak
		}
	}
	chances = make([]float64, len(s.chance))
	var sum float64
	for j, l := range s.chance {
		node, p := s.from+j, 0.0
		for k, weight := range s.without {
			p += weight * m.ordinary[k][node]
		}
		p *= ordinary
		if w.low {
			p += m.Weak * w.weak[node]
		}
		if w.high {
			p += m.Weak * w.good[node]
		}
		chances[j] = l * p
		sum += chances[j]
	}
	for j := range chances {
		chances[j] /= sum + tiny
	}
	return s.from, chances
}

// Rate is the unit's share with the noise of its base taken out.
func (u Judged) Rate() estimate.Number {
	if !u.Known {
		return estimate.Number{}
	}
	var mean float64
	from, chances := u.posterior()
	for j, p := range chances {
		mean += p * share(logit(u.Centre)+at[from+j])
	}
	return estimate.Of(mean)
}

// Interval holds the true share with a probability.
func (u Judged) Interval(confidence float64) estimate.Interval {
	if !u.Known {
		return estimate.Interval{}
	}
	tail := (1 - confidence) / 2
	from, chances := u.posterior()
	quantile := func(q float64) float64 {
		var sum float64
		for j, p := range chances {
			if sum+p >= q && p > 0 {
				return share(logit(u.Centre) + at[from+j] + step*((q-sum)/p-.5))
			}
			sum += p
		}
		return share(logit(u.Centre) + at[from+len(chances)-1])
	}
	return estimate.Between(quantile(tail), quantile(1-tail))
}
