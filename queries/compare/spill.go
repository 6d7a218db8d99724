package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hulian/queries/stats/estimate"
)

// Apart is how far two villages lie from each other, in any unit; 0 where they are neighbours. False where it is not known.
type Apart func(a, b string) (float64, bool)

// Spill is whether the programme reached the villages that the pilots are compared with: those near a pilot against those far from one.
type Spill struct {
	Known     bool // where every village lies
	Touching  bool // near are neighbours of a pilot; else the nearer half
	Near, Far []Village
	Moved     Result // near less far; Effect is NaN where it cannot be estimated
	Without   Result // pilots against the far ones alone
}

// SpillOver sets the others near a pilot against the others far from one. Nearness plays no part in the verdict.
func (r Result) SpillOver(p Panel, apart Apart) Spill {
	s := Spill{Moved: Result{Effect: math.NaN()}, Without: Result{Effect: math.NaN()}}
	if apart == nil || len(r.Pilots) == 0 || len(r.Others) == 0 {
		return s
	}
	nearest := map[string]float64{}
	var distances []float64
	for _, o := range r.Others {
		least := math.Inf(1)
		for _, v := range r.Pilots {
			d, known := apart(v.ID, o.ID)
			if !known {
				return s
			}
			least = math.Min(least, d)
		}
		nearest[o.ID] = least
		distances = append(distances, least)
	}
	s.Known = true
	slices.Sort(distances)
	at := 0.0
	if s.Touching = distances[0] == 0; !s.Touching {
		at = stat.Quantile(.5, stat.Empirical, distances, nil)
	}
	for _, o := range r.Others {
		if nearest[o.ID] <= at {
			s.Near = append(s.Near, o.Village)
		} else {
			s.Far = append(s.Far, o.Village)
		}
	}
	d := r.Design
	d.Pilots, d.Others = s.Near, s.Far
	if len(s.Near) > 0 && len(s.Far) > 0 {
		s.Moved = onSides(p, d)
		s.Without = r.within(p, func(id string) bool { d, other := nearest[id]; return !other || d > at })
	}
	return s
}

// Cost is what the pilots cost for each thing more (or fewer, of a measure that is to fall).
type Cost struct {
	Total estimate.Number // of the pilots over the months compared
	Per   estimate.Number // Total ÷ things; unknown where the cost is, or where nothing was gained
	Low   estimate.Number // from the end of the effect's interval that is better for the programme
	High  estimate.Number // from the other end; unknown where that end is no gain: there is no limit then
	More  float64         // things
}

// Costs divides what the pilots cost by what they gained.
func (r Result) Costs(total estimate.Number) (c Cost) {
	c.Total = total
	g, counted := r.Gain()
	sign := better(r.Measure)
	if !total.Known || !counted || sign == 0 || sign*g.More <= 0 {
		return c
	}
	c.More = math.Abs(g.More)
	per := func(things float64) estimate.Number {
		if !(sign*things > 0) { // NaN too
			return estimate.Number{}
		}
		return estimate.Of(total.Value / math.Abs(things))
	}
	c.Per = per(g.More)
	best, worst := g.High, g.Low
	if sign < 0 {
		best, worst = g.Low, g.High
	}
	c.Low, c.High = per(best), per(worst)
	return c
}
