package spc

import "math"

// fire sets the flags of every point, phase by phase. A missing value is stepped over: its neighbours stand side by
// side. A tie is stepped over too: a point exactly on the centre neither adds to a run nor ends it, and a point equal to the one
// before neither adds to a trend nor ends it (Perla, Provost and Murray 2011, BMJ Quality & Safety 20:46–51; Provost and Murray,
// The Health Care Data Guide, for control charts alike).
func (c *Chart) fire(o Options) {
	for k, phase := range c.Phases {
		var points []*Point
		for i := phase.From; i < phase.To; i++ {
			c.Points[i].Phase = k
			if c.Points[i].ok {
				points = append(points, &c.Points[i])
			}
		}
		outside(points)
		shift(points, o.run())
		trend(points, o.trend())
		twoOfThree(points)
		for _, p := range points {
			p.label(o)
		}
	}
}

func (p *Point) label(o Options) {
	two := p.TwoOfThree
	if o.CountOutside {
		two = p.TwoOfThreeIncl
	}
	for _, candidate := range []struct {
		rule Rule
		sign int
	}{{OutsideLimits, p.Outside}, {TrendRule, p.Trend}, {TwoOfThreeRule, two}, {ShiftRule, p.Shift}} {
		if candidate.sign != 0 {
			p.Rule, p.Sign = candidate.rule, candidate.sign
			return
		}
	}
}

// side is the sign of a − b, 0 where they differ by no more than rounding.
func side(a, b float64) int {
	switch d, slack := a-b, 1e-12*(math.Abs(a)+math.Abs(b)); {
	case d > slack:
		return 1
	case d < -slack:
		return -1
	}
	return 0
}

// outside: one point beyond a limit (Shewhart's first rule).
func outside(points []*Point) {
	for _, p := range points {
		switch {
		case side(p.y, p.high) > 0:
			p.Outside = 1
		case side(p.y, p.low) < 0:
			p.Outside = -1
		}
	}
}

// shift: length or more points on one side of the centre, those on it passed over; every member of the run is flagged, and no
// point on the centre. A centre that is the median of counts is different: as many as half of the points may lie on it, and where it
// is none at all no point can lie below. There a point on it ends the run.
func shift(points []*Point, length int) {
	var run []*Point
	current := 0
	end := func() {
		for _, p := range run {
			if len(run) >= length {
				p.Shift = current
			}
		}
		run = nil
	}
	for _, p := range points {
		switch s := side(p.y, p.centre); {
		case s == 0 && !p.median:
			continue
		case s != current:
			end()
			current = s
		}
		if current != 0 {
			run = append(run, p)
		}
	}
	end()
}

// trend: length or more points each above the one before, or each below, those equal to the one before passed over. The first point
// of the climb counts, so that seven points are six steps. A turning point that ends one trend and begins another is of the later.
// Of ties at the end one still belongs to the trend, which may go on; with the second it has stopped.
func trend(points []*Point, length int) {
	mark := func(from, to, steps, s int) { // points from..to inclusive
		if steps+1 >= length {
			for i := from; i <= to; i++ {
				points[i].Trend = s
			}
		}
	}
	start, last, steps, current := 0, 0, 0, 0
	for i := 1; i < len(points); i++ {
		s := side(points[i].y, points[i-1].y)
		if s == 0 {
			continue
		}
		if s != current {
			mark(start, last, steps, current)
			start, steps, current = i-1, 0, s
		}
		last, steps = i, steps+1
	}
	if len(points)-1 == last+1 {
		last++
	}
	mark(start, last, steps, current)
}

// twoOfThree: two of three consecutive points, all three on one side of the centre, beyond two thirds of the way to
// the limit. The points beyond are flagged, not the third. Two readings are kept: with and without points that are
// beyond the limit itself.
func twoOfThree(points []*Point) {
	n := len(points)
	sides, inside, all := make([]int, n), make([]bool, n), make([]bool, n)
	for i, p := range points {
		sides[i] = side(p.y, p.centre)
		near := p.centre + (p.high-p.centre)*2/3
		if sides[i] < 0 {
			near = p.centre + (p.low-p.centre)*2/3
		}
		all[i] = sides[i] != 0 && side(p.y, near) == sides[i]
		inside[i] = all[i] && p.Outside == 0
	}
	for i := 0; i+2 < n; i++ {
		s := sides[i]
		if s == 0 || sides[i+1] != s || sides[i+2] != s {
			continue
		}
		for _, reading := range []struct {
			near []bool
			set  func(*Point)
		}{
			{inside, func(p *Point) { p.TwoOfThree = s }},
			{all, func(p *Point) { p.TwoOfThreeIncl = s }},
		} {
			count := 0
			for k := i; k < i+3; k++ {
				if reading.near[k] {
					count++
				}
			}
			for k := i; count >= 2 && k < i+3; k++ {
				if reading.near[k] {
					reading.set(points[k])
				}
			}
		}
	}
}
