package signals

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/funnel"
	"hulian/queries/stats/profile"
)

// Bounds of what a comparison of villages may say.
const (
	leastPlaces   = profile.LeastUnits // fewer villages are no distribution to stand out from
	leastDistance = 0.05               // shares of all villages within five points of one another tell nothing apart
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

// VillageFunnel compares the shares of villages of different size. Centre and spread are those of the ordinary villages by a multilevel
// model in which a village may be weak, so that two weak villages of eleven neither move the line they are judged by nor
// hide behind the spread they make. Limits are those of a band of package funnel with that centre and spread, on the base cut
// down by how much months vary beyond chance.
type VillageFunnel struct {
	Places []Place
	Outer  float64         // level of the outer limit, e.g. 0.998
	Centre estimate.Number // share of the middle village; absent where there are too few villages
	Phi    estimate.Number // variance of a village's months over the binomial one; 1 is chance alone
	Tau2   estimate.Number // variance of the shares of ordinary villages
	Judged bool            // enough villages, and not all alike
	TooFew bool
	Alike  bool // all villages within five points: the measure no longer tells them apart
	band   funnel.Band
}

// Inner is the level of the inner limit.
const Inner = 0.95

// Compare draws the funnel of places with a total above 0, up being better; the others are left out.
func Compare(places []Place, outer float64) VillageFunnel {
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

// CompareCounts is Compare for counts on the size of their villages: matters among households. Such rates are so small that all
// villages lie within a few points of one another; the limits alone tell who stands out.
func CompareCounts(places []Place, outer float64) VillageFunnel {
	f := Compare(places, outer)
	f.Alike, f.Judged = false, !f.TooFew
	return f
}

// funnel draws the funnel of a period, once.
func (p *period) funnel(outer float64) VillageFunnel {
	if p.drawn == nil {
		f := p.draw(outer)
		p.drawn = &f
	}
	return *p.drawn
}

func (p *period) draw(outer float64) VillageFunnel {
	f := VillageFunnel{Outer: outer, Places: slices.Clone(p.places)}
	if len(f.Places) < leastPlaces {
		f.TooFew = true
		return f
	}
	centre := p.fit.Centre.Value
	if p.measure.Direction == queries.Down {
		centre = 1 - centre
	}
	f.band = funnel.NewBand(centre, p.fit.Spread.Value*p.fit.Spread.Value, p.dispersion)
	f.Centre, f.Phi, f.Tau2 = estimate.Of(p.middle(centre)), estimate.Of(f.band.Phi), estimate.Of(f.band.Tau2)
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

// Limits are the shares a village of a size stays between at a level, both ends absent where nothing is compared.
func (f VillageFunnel) Limits(total, level float64) estimate.Interval {
	if !f.Centre.Known {
		return estimate.Interval{}
	}
	return f.band.Limits(total, level)
}

// Of finds a village.
func (f VillageFunnel) Of(id string) (Place, bool) {
	for _, p := range f.Places {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}

// Worse counts the limits a village passed on the bad side: 0, 1 or 2.
func (f VillageFunnel) Worse(p Place, d queries.Direction) int {
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
func (f VillageFunnel) Better(p Place, d queries.Direction) int {
	switch d {
	case queries.Up:
		return f.Worse(p, queries.Down)
	case queries.Down:
		return f.Worse(p, queries.Up)
	case queries.Neutral: // no side is good
	}
	return 0
}
