package signals

import (
	"math"
	"runtime"
	"sync"

	"hulian/queries/stats/profile"
)

// Shown is the evidence of one family: the log of how many times better being weak in it explains the data than being an
// ordinary village does.
type Shown struct {
	Family Family
	Factor float64
	Behind float64 // largest probability, over its measures, that the true share lies the margin or more behind the middle village's
}

// Joined is all evidence about one village in one month.
type Joined struct {
	Chance   float64 // probability that the village lies behind beyond the ordinary differences between villages
	Short    float64 // probability, if it does, that it is for want of hands and not of effort
	Capacity float64 // log of the factor of what was done, over the families, for a village short of hands
	Effort   float64 // the same for one short of effort
	Hands    float64 // log of the factor of how many people and households each hand has to serve
	Families []Shown
	Judged   int // measures of which there is enough to judge the village by, were there others to compare it with
}

// Results reports whether what was done speaks for weakness at all; hands alone are no result.
func (o Joined) Results() bool { return math.Max(o.Capacity, o.Effort) >= math.Log(leastOfResults) }

const (
	leastOfResults = 3.0
	mostOfHands    = 40.0 // hands change the odds by no more than this
	leastOfHands   = 0.05
	mostOfOne      = 30.0 // log of the largest factor of one measure
)

// judge computes what the months of a town are judged by, each thing once.
type judge struct {
	Town
	all      []*series
	criteria map[string][]Criterion     // met, by village and month
	periods  map[string]map[int]*period // measure → month
	joined   map[int][]Joined           // month → a village a row
}

func (t Town) judge() *judge {
	j := &judge{Town: t, criteria: map[string][]Criterion{}, periods: map[string]map[int]*period{}, joined: map[int][]Joined{}}
	for _, c := range t.Criteria {
		if c.Met {
			j.criteria[c.Village+" "+c.Month] = append(j.criteria[c.Village+" "+c.Month], c)
		}
	}
	x := t.tenure()
	for _, m := range evident() {
		if s, ok := t.seriesOf(m, x); ok {
			j.all = append(j.all, s)
			j.periods[m.ID] = map[int]*period{}
		}
	}
	return j
}

func (j *judge) period(s *series, at int) *period {
	newest := j.ripe(s, at)
	p := j.periods[s.measure.ID][newest]
	if p == nil {
		p = j.periodOf(s, newest)
		j.periods[s.measure.ID][newest] = p
	}
	return p
}

// prepare fits every measure in every month of a stretch, the measures side by side: they share nothing that changes.
func (j *judge) prepare(first, last int) {
	var work sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, s := range j.all {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			for at := first; at <= last; at++ {
				j.period(s, at)
			}
		})
	}
	work.Wait()
}

// join joins the evidence about every village as of a month. The measures of a family are averaged: the mean of Bayes
// factors of one event seen in several ways stays honest however they hang together. Families count as independent, each
// with the chance that a weak village shows in it; a weak village is short of hands or of effort, as likely the one as the
// other, and only to the first do its hands speak.
func (j *judge) join(at int) []Joined {
	if known, ok := j.joined[at]; ok {
		return known
	}
	all := make([]Joined, len(j.Villages))
	if at < 0 {
		return all
	}
	found := map[string]*period{}
	for _, s := range j.all {
		found[s.measure.ID] = j.period(s, at)
	}
	hands := j.handFactors(at)
	expected := j.Programme.WeakVillages.Expected
	for i := range all {
		o := joinOne(i, found)
		o.Hands = hands[i]
		short := math.Exp(o.Capacity) / 2
		if o.Hands != 0 {
			short *= math.Min(mostOfHands, math.Max(leastOfHands, math.Exp(o.Hands)))
		}
		idle := math.Exp(o.Effort) / 2
		odds := expected / (1 - expected) * (short + idle)
		o.Chance, o.Short = odds/(1+odds), short/(short+idle)
		all[i] = o
	}
	j.joined[at] = all
	return all
}

func joinOne(village int, found map[string]*period) Joined {
	var joined Joined
	for _, f := range families {
		var sum, weights, behind float64
		for _, m := range f.members {
			p := found[m.id]
			if p == nil {
				continue
			}
			k, ok := p.of(village)
			if !ok {
				continue
			}
			joined.Judged++
			if u := p.fit.Units[k]; u.Known {
				sum, weights, behind = sum+m.weight*math.Exp(math.Min(mostOfOne, u.Factor)), weights+m.weight, math.Max(behind, u.Behind)
			}
		}
		if weights == 0 {
			continue
		}
		factor := sum / weights
		joined.Families = append(joined.Families, Shown{Family: f.id, Factor: math.Log(factor + 1e-30), Behind: behind})
		joined.Capacity += math.Log(1 - f.capacity + f.capacity*factor)
		joined.Effort += math.Log(1 - f.effort + f.effort*factor)
	}
	return joined
}

// turned reports whether the statistical key turns in a month: in each of the last periods months the joined evidence is as sure as
// the programme asks for, results speak for it without the hands, and in as many families as the programme asks for
// the village lies the margin or more behind, more likely than not.
func (j *judge) turned(village, at int) bool {
	w := j.Programme.WeakVillages
	for k := range max(1, w.Periods) {
		if at-k < 0 || !j.startedBy(j.Villages[village], j.Months[at-k]) {
			return false
		}
		one := j.join(at - k)[village]
		if one.Chance < w.Probability || !one.Results() || len(one.behind(.5)) < max(1, w.Measures) {
			return false
		}
	}
	return true
}

// behind lists the families in which the village lies the margin behind with a probability.
func (o Joined) behind(probability float64) []Family {
	var all []Family
	for _, f := range o.Families {
		if f.Behind >= probability && f.Factor > 0 {
			all = append(all, f.Family)
		}
	}
	return all
}

// factor is the strongest evidence among the families that cost hands, or among those that do not.
func (o Joined) factor(costless bool) float64 {
	best := math.Inf(-1)
	for _, f := range o.Families {
		if f.Family.rule().costless == costless {
			best = math.Max(best, f.Factor)
		}
	}
	return best
}

// unit is what the model says of a village on a measure.
func (p *period) unit(village int) (profile.Judged, Place, bool) {
	k, ok := p.of(village)
	if !ok || !p.fit.Units[k].Known {
		return profile.Judged{}, Place{}, false
	}
	return p.fit.Units[k], p.places[k], true
}
