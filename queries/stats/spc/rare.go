package spc

import (
	"math"

	"hulian/queries/stats/estimate"
)

// G is the chart of rare events counted by the cases between them: gᵢ cases (or days) pass without an event before
// each one. Centre ḡ = mean, limits ḡ ± 3 √(ḡ(ḡ+1)), not below 0 (Benneyan 2001, Health Care Management Science
// 4:305–318). A geometric count lies below its mean about two times in three, so the shift rule counts from the
// median instead; two of three is left to the upper side, because no lower limit above 0 exists.
func G(between []float64, o Options) Chart {
	c := Chart{Kind: KindG, Points: make([]Point, len(between))}
	for i, v := range between {
		p := Point{Index: i}
		if v >= 0 {
			p.Value, p.y = estimate.Of(v), v
		}
		c.Points[i] = p
	}
	c.Phases = phases(len(between), o.Rebase)
	for k := range c.Phases {
		phase := &c.Phases[k]
		base := c.baseline(*phase, o.Baseline)
		phase.N = len(base)
		if len(base) == 0 {
			continue
		}
		var y []float64
		for _, i := range base {
			y = append(y, c.Points[i].y)
		}
		g := mean(y)
		half := 3 * math.Sqrt(g*(g+1))
		phase.Centre, phase.Lower, phase.Upper = estimate.Of(g), estimate.Of(math.Max(0, g-half)), estimate.Of(g+half)
		phase.Sigma = estimate.Of(half / 3)
		middle := estimate.Median(y)
		c.spread(*phase, func(p *Point) {
			p.Centre, p.Lower, p.Upper = phase.Centre, phase.Lower, phase.Upper
			p.centre, p.low, p.high, p.ok, p.median = middle, g-half, g+half, p.Value.Known, true
		})
	}
	c.missing()
	c.judge(o)
	return c
}

// T is the chart of the time between rare events: y = t^(1/3.6) is nearly normal where t is exponential, so an XmR
// chart of y is drawn and its lines turned back by y^3.6 (Nelson 1994, Journal of Quality Technology 26:239–242). The
// centre is the turned-back mean of y, below the mean of t.
func T(times []float64, o Options) Chart {
	c := Chart{Kind: KindT, Points: make([]Point, len(times))}
	for i, v := range times {
		p := Point{Index: i}
		if v >= 0 {
			p.Value, p.y = estimate.Of(v), math.Pow(v, 1/3.6)
		}
		c.Points[i] = p
	}
	back := func(y float64) estimate.Number { return estimate.Of(math.Pow(math.Max(0, y), 3.6)) }
	c.Phases = phases(len(times), o.Rebase)
	for k := range c.Phases {
		c.individuals(k, o, back, 0)
	}
	c.missing()
	c.judge(o)
	return c
}
