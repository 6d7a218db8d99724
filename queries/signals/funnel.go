package signals

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/profile"
)

// Bounds of what a comparison of villages may say.
const (
	leastPlaces   = profile.LeastUnits // fewer villages are no distribution to stand out from
	leastDistance = 0.05               // shares of all villages within five points of one another tell nothing apart
	sharpestBase  = 625                // bases are cut to n·p(1−p) of this: no share is known to better than one point
)

// Place is one village in a funnel.
type Place struct {
	ID     string
	Events float64
	Total  float64
	Months int // of which the base is made
	// Flag counts the limits passed, good side positive for measures whose better direction is up: +2 above the outer
	// limit, −1 below the inner one.
	Flag int
}

// Rate is events ÷ total.
func (p Place) Rate() float64 { return p.Events / p.Total }

// Funnel compares the shares of villages of different size. Centre and spread are those of the ordinary villages by a multilevel
// model in which a village may be weak, so that two weak villages of eleven neither move the line they are judged by nor
// hide behind the spread they make. Limits are those of the beta-binomial distribution with that centre and spread, on the
// base cut down by how much months vary beyond chance.
type Funnel struct {
	Places  []Place
	Outer   float64         // level of the outer limit, e.g. 0.998
	Centre  estimate.Number // share; absent where there are too few villages
	Phi     estimate.Number // variance of a village's months over the binomial one; 1 is chance alone
	Tau2    estimate.Number // variance of the shares of ordinary villages
	Judged  bool            // enough villages, and not all alike
	TooFew  bool
	Alike   bool // all villages within five points: the measure no longer tells them apart
	tau2    float64
	phi     float64
	lowests *limits
}

// limits are those found so far, by level and cut base.
type limits map[[2]float64]estimate.Interval

// Inner is the level of the inner limit.
const Inner = 0.95

// Compare draws the funnel of places with a total above 0, up being better; the others are left out.
func Compare(places []Place, outer float64) Funnel {
	var units []profile.Unit
	var sound []Place
	for _, p := range places {
		if p.Total > 0 && p.Events >= 0 && p.Events <= p.Total {
			sound = append(sound, p)
			units = append(units, profile.Unit{Events: p.Events, Base: p.Total})
		}
	}
	p := period{measure: queries.Measure{Direction: queries.Up}, places: sound, dispersion: 1, fit: profile.Of(units, profile.Options{Margin: .1, Weak: .1})}
	return p.funnel(outer)
}

// funnel draws the funnel of a period, once.
func (p *period) funnel(outer float64) Funnel {
	if p.drawn == nil {
		f := p.draw(outer)
		p.drawn = &f
	}
	return *p.drawn
}

func (p *period) draw(outer float64) Funnel {
	f := Funnel{Outer: outer, Places: slices.Clone(p.places), phi: p.dispersion, lowests: &limits{}}
	if len(f.Places) < leastPlaces {
		f.TooFew = true
		return f
	}
	centre := p.fit.Centre.Value
	if p.measure.Direction == queries.Down {
		centre = 1 - centre
	}
	f.Centre, f.tau2 = estimate.Of(centre), p.fit.Spread.Value*p.fit.Spread.Value
	f.Phi, f.Tau2 = estimate.Of(f.phi), estimate.Of(f.tau2)
	lowest, highest := 1.0, 0.0
	for _, place := range f.Places {
		lowest, highest = math.Min(lowest, place.Rate()), math.Max(highest, place.Rate())
	}
	f.Alike = highest-lowest < leastDistance
	f.Judged = !f.Alike
	for i := range f.Places {
		place := &f.Places[i]
		for flag, level := range map[int]float64{1: Inner, 2: outer} {
			l := f.Limits(place.Total, level)
			switch {
			case place.Rate() < l.Low.Or(0):
				place.Flag = min(place.Flag, -flag)
			case place.Rate() > l.High.Or(1):
				place.Flag = max(place.Flag, flag)
			}
		}
	}
	return f
}

// Limits are the shares a village of a size stays between at a level, both ends absent where nothing is compared. They are
// quantiles of the beta-binomial distribution, drawn through between its steps (Spiegelhalter 2005, appendix).
func (f Funnel) Limits(total, level float64) estimate.Interval {
	if !f.Centre.Known || !(total > 0) {
		return estimate.Interval{}
	}
	c := math.Min(.9995, math.Max(.0005, f.Centre.Value))
	n := math.Max(1, math.Round(math.Min(total/f.phi, sharpestBase/(c*(1-c)))))
	key := [2]float64{n, level}
	if known, ok := (*f.lowests)[key]; ok {
		return known
	}
	size := c*(1-c)/math.Max(f.tau2, 1e-7) - 1
	found := betaBinomialLimits(n, c*size, (1-c)*size, (1-level)/2)
	(*f.lowests)[key] = found
	return found
}

// betaBinomialLimits walks the distribution of events out of n once and gives the shares at both tails.
func betaBinomialLimits(n, a, b, tail float64) estimate.Interval {
	// From the middle outwards by the ratio of neighbours, for the mass at 0 may be too small to be a number.
	mass := make([]float64, int(n)+1)
	middle := min(len(mass)-1, int(n*a/(a+b)+.5))
	mass[middle] = 1
	sum := 1.0
	ratio := func(x float64) float64 { return (n - x) * (x + a) / ((x + 1) * (n - x - 1 + b)) } // of the mass at x+1 to that at x
	for k := middle; k+1 < len(mass); k++ {
		mass[k+1] = mass[k] * ratio(float64(k))
		sum += mass[k+1]
	}
	for k := middle; k > 0; k-- {
		mass[k-1] = mass[k] / ratio(float64(k-1))
		sum += mass[k-1]
	}
	low, high := 0.0, 1.0
	below := 0.0
	for k, p := range mass {
		p /= sum
		if below+p > tail {
			low = math.Max(0, (float64(k)-(below+p-tail)/p)/n)
			break
		}
		below += p
	}
	above := 0.0
	for k := len(mass) - 1; k >= 0; k-- {
		p := mass[k] / sum
		if above+p > tail {
			high = math.Min(1, (float64(k)+(above+p-tail)/p)/n)
			break
		}
		above += p
	}
	return estimate.Between(low, high)
}

// Of finds a village.
func (f Funnel) Of(id string) (Place, bool) {
	for _, p := range f.Places {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}

// Worse counts the limits a village passed on the bad side: 0, 1 or 2.
func (f Funnel) Worse(p Place, d queries.Direction) int {
	flag := p.Flag
	if d == queries.Up {
		flag = -flag
	}
	if !f.Judged || d == queries.Neutral || flag < 0 {
		return 0
	}
	return flag
}

// Better counts the limits a village passed on the good side.
func (f Funnel) Better(p Place, d queries.Direction) int {
	switch d {
	case queries.Up:
		return f.Worse(p, queries.Down)
	case queries.Down:
		return f.Worse(p, queries.Up)
	case queries.Neutral: // no side is good
	}
	return 0
}
