package signals

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/profile"
)

const (
	shortest      = 3    // months of a period
	chanceAllowed = 0.06 // a period is long enough when chance alone moves a village's share by no more: one standard deviation
	dispersionOf  = 12   // months by which it is told how much a village's months vary beyond chance
	leastSpan     = 4    // of them from which a village says something of it
	assumed       = 1.5  // variance over the binomial one where nothing is known of it yet
)

// period is a measure of all villages over the same months, with what the multilevel model says of them.
type period struct {
	measure    queries.Measure
	at, months int     // the newest month, and how many it is made of
	dispersion float64 // variance of a village's months over the binomial one
	places     []Place
	villages   []int // of places, in the town
	fit        profile.Fit
	drawn      *VillageFunnel // once asked for
}

// of finds a village's place.
func (p *period) of(village int) (int, bool) {
	return slices.BinarySearch(p.villages, village)
}

// middle is the middle village's share, given the model's. The model draws it away from 0% and 100%; where half of the villages
// have one and the same share, that is the middle one's.
func (p *period) middle(model float64) float64 {
	var rates []float64
	for _, place := range p.places {
		rates = append(rates, place.Rate())
	}
	slices.Sort(rates)
	if n := len(rates); n > 0 && rates[n/4] == rates[n-1-n/4] {
		return rates[n/2]
	}
	return model
}

// series are the months of one measure, a village a row, turned so that events are good and up is better. A month of
// which nothing is known has no base.
type series struct {
	measure queries.Measure
	rules   reading.Rules
	events  [][]float64
	bases   [][]float64
	shares  []float64       // of all settled villages in a month
	varies  map[int]float64 // dispersion by month, once asked for
}

// seriesOf gathers a measure; ok is false where the town has none of it.
func (t Town) seriesOf(m queries.Measure, x tenure) (s *series, ok bool) {
	if t.Series[m.ID] == nil {
		return nil, false
	}
	n := len(t.Months)
	s = &series{measure: m, rules: reading.RulesOf(m, t.Programme, t.CutOff, ""), events: make([][]float64, len(t.Villages)), bases: make([][]float64, len(t.Villages)), shares: make([]float64, n), varies: map[int]float64{}}
	events, bases := make([]float64, n), make([]float64, n)
	for i, v := range t.Villages {
		s.events[i], s.bases[i] = make([]float64, n), make([]float64, n)
		for k, month := range t.Series[m.ID][v.ID][:min(n, len(t.Series[m.ID][v.ID]))] {
			if !(month.Denominator > 0) || !(month.Numerator >= 0) || month.Numerator > month.Denominator || !x.settled(m, v, k) || t.silent(m, v, k) {
				continue
			}
			s.events[i][k], s.bases[i][k] = month.Numerator, month.Denominator
			if m.Direction == queries.Down {
				s.events[i][k] = month.Denominator - month.Numerator
			}
			events[k], bases[k] = events[k]+s.events[i][k], bases[k]+s.bases[i][k]
		}
	}
	for k := range s.shares {
		s.shares[k] = (events[k] + .5) / (bases[k] + 1)
	}
	return s, true
}

// silent reports whether an export the measure needs did not come from a village for a month.
func (t Town) silent(m queries.Measure, v Village, at int) bool {
	for _, export := range m.Source {
		if !t.came(export, v, at) {
			return true
		}
	}
	return false
}

// came reports whether an export of a village's month came, or was not awaited.
func (t Town) came(export string, v Village, at int) bool {
	months := t.Came[export][v.ID]
	return at < 0 || at >= len(months) || months[at].Numerator >= months[at].Denominator
}

// ripe is the newest month up to one that may be compared; −1 where there is none.
func (t Town) ripe(s *series, at int) int {
	for at >= 0 && !s.rules.Ripe(t.Months[at]) {
		at--
	}
	return at
}

// pooled is how many months make the period that ends with a month: as many as it takes until chance alone
// moves the share of a typical village by no more than six points, three at least and the programme's longest at most.
// What stands at a month's end is one thing seen again and again: its months are not summed.
func (t Town) pooled(s *series, at int) int {
	if s.measure.Series != queries.Monthly {
		return 1
	}
	longest := max(shortest, t.Programme.WeakVillages.LongestPeriod)
	for months := shortest; months < longest; months++ {
		var bases []float64
		for i := range s.bases {
			var base float64
			for k := max(0, at+1-months); k <= at; k++ {
				base += s.bases[i][k]
			}
			if base > 0 {
				bases = append(bases, base)
			}
		}
		if len(bases) == 0 {
			continue
		}
		slices.Sort(bases)
		p := s.shares[at]
		if p*(1-p) <= chanceAllowed*chanceAllowed*estimate.Quantile(bases, .25) {
			return months
		}
	}
	return longest
}

// periodOf sets the villages side by side over the period that ends with a month. A village stands in it with the months it
// settled in and of which something is known, at least two of those of a monthly measure, and with the base the town asks for.
func (t Town) periodOf(s *series, at int) *period {
	p := &period{measure: s.measure, at: t.ripe(s, at), dispersion: 1}
	if p.at < 0 {
		return p
	}
	p.months = t.pooled(s, p.at)
	if s.measure.Series == queries.Monthly {
		p.dispersion = s.dispersion(p.at)
	}
	var units []profile.Unit
	for i, v := range t.Villages {
		if t.poor(s.measure, v, p.at) {
			continue
		}
		place := Place{ID: v.ID}
		var expected, good float64
		for k := max(0, p.at+1-p.months); k <= p.at; k++ {
			if n := s.bases[i][k]; n > 0 {
				place.Months++
				place.Total, good, expected = place.Total+n, good+s.events[i][k], expected+n*s.shares[k]
			}
		}
		if place.Months < min(2, p.months) || s.rules.Small(s.measure, place.Total) {
			continue
		}
		place.Events = good
		if s.measure.Direction == queries.Down {
			place.Events = place.Total - good
		}
		units = append(units, profile.Unit{Events: good, Base: place.Total, Reference: expected / place.Total})
		p.places, p.villages = append(p.places, place), append(p.villages, i)
	}
	p.fit = profile.Of(units, profile.Options{Margin: t.Programme.WeakVillages.Margin, Weak: t.Programme.WeakVillages.Expected, Dispersion: p.dispersion})
	return p
}

// dispersion tells how much more the months of a village vary than chance makes them, from the median village, which a few
// that changed do not move: χ² of a village's months about its own distance from all of them, over its degrees of freedom.
func (s *series) dispersion(at int) float64 {
	if known, ok := s.varies[at]; ok {
		return known
	}
	s.varies[at] = s.dispersed(at)
	return s.varies[at]
}

func (s *series) dispersed(at int) float64 {
	var found []float64
	for i := range s.bases {
		var good, base, expected, months float64
		for k := max(0, at+1-dispersionOf); k <= at; k++ {
			if n := s.bases[i][k]; n > 0 {
				good, base, expected, months = good+s.events[i][k], base+n, expected+n*s.shares[k], months+1
			}
		}
		if months < leastSpan {
			continue
		}
		distance := (good - expected) / base
		var square float64
		for k := max(0, at+1-dispersionOf); k <= at; k++ {
			if n := s.bases[i][k]; n > 0 {
				q := math.Min(.99, math.Max(.01, s.shares[k]+distance))
				d := s.events[i][k] - n*q
				square += d * d / (n * q * (1 - q))
			}
		}
		freedom := months - 1
		low := 1 - 2/(9*freedom) // the median of χ² lies below its mean, at about the cube of this
		found = append(found, square/freedom/(low*low*low))
	}
	if len(found) < leastPlaces {
		return assumed
	}
	return math.Min(40, math.Max(1, estimate.Median(found)))
}
