package signals

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries"
	"hulian/queries/stats/estimate"
)

// Outcome is a support with what the village's series did since.
type Outcome struct {
	Support
	Since    int     // whole months after the one it began in, up to the month judged
	Chance   float64 // probability that the village moved to the better side, against the other villages over the same months
	Shifted  []Shift // measures that moved, most surely first; only where the support is credited
	Followed []Shift // all measures that could be followed, the surest to have moved first
	Early    bool    // three months have not passed
	Mixed    bool    // the programme had run for less than three months: the two cannot be told apart
	Judged   bool    // neither, and there were measures to follow
}

// Shift is one measure before and after a support.
type Shift struct {
	Measure       queries.Measure
	Before, After Place   // months summed
	By            float64 // points of share gained against the other villages, good side positive
	Chance        float64 // probability that it moved to the better side
}

// Credited reports whether the series shifted after the support.
func (o Outcome) Credited() bool { return o.Judged && o.Chance >= credit }

const (
	leastMonths = 3   // after a support before anything is said of it
	longBefore  = 9   // months before it that are compared with
	longAfter   = 6   // newest months after it; earlier ones are on the way
	credit      = .75 // probability from which the shift is credited
	worked      = .5  // share of supports expected to work before the data are looked at
	gain        = .80 // what a support that works moves a logit by: about 18 points at one half, 10 at five in six
	gainSpread  = .45
	leastOwn    = .15 // least spread of a village's own course over such a time
)

// outcomes follows every measure that is evidence over each support of a village, whether or not evidence still stands: the village's
// distance from all villages in the months before against that in the months after. What other villages moved by over the
// same months is what moves by itself.
func (j *judge) outcomes(village int) []Outcome {
	var all []Outcome
	v := j.Villages[village]
	for _, s := range j.Supports {
		if s.Village != v.ID || len(s.Started) < 7 || s.Started[:7] > j.Month {
			continue
		}
		o := Outcome{Support: s}
		begun := 0
		for _, month := range j.Months {
			if month > s.Started[:7] {
				o.Since++
			}
			if j.startedBy(v, month) && month < s.Started[:7] {
				begun++
			}
		}
		o.Early, o.Mixed = o.Since < leastMonths, begun < leastMonths
		if !o.Early && !o.Mixed {
			o.Shifted, o.Followed, o.Chance, o.Judged = j.shifted(village, s.Started[:7])
			if o.Chance < credit {
				o.Shifted = nil
			}
		}
		all = append(all, o)
	}
	return all
}

// Outcomes are all supports that have begun, village by village in the town's order, with what the series did since: what Assess says of
// supports, without judging anybody.
func Outcomes(t Town) []Outcome {
	j := t.judge()
	var all []Outcome
	for i := range j.Villages {
		all = append(all, j.outcomes(i)...)
	}
	return all
}

// shifted joins what the measures did after a month; judged is false where none can be followed.
func (j *judge) shifted(village int, month string) (moved, followed []Shift, chance float64, judged bool) {
	factors := map[string]float64{}
	for _, s := range j.all {
		if s.measure.Series != queries.Monthly {
			continue // what stands at a month's end moves slowly whatever is done
		}
		if one, factor, ok := j.shift(s, village, month); ok {
			factors[s.measure.ID], judged = factor, true
			followed = append(followed, one)
		}
	}
	slices.SortStableFunc(followed, func(a, b Shift) int {
		switch {
		case a.Chance > b.Chance:
			return -1
		case a.Chance < b.Chance:
			return 1
		}
		return 0
	})
	for _, one := range followed {
		if one.Chance >= .8 && one.By > 0 {
			moved = append(moved, one)
		}
	}
	odds := worked / (1 - worked)
	for _, f := range families {
		var sum, weights float64
		for _, m := range f.members {
			if factor, ok := factors[m.id]; ok {
				sum, weights = sum+m.weight*factor, weights+m.weight
			}
		}
		if weights > 0 {
			odds *= 1 - f.effort + f.effort*sum/weights
		}
	}
	return moved, followed, odds / (1 + odds), judged
}

// course is a village's distance from all villages after a month less that before it, in logits, with its variance by chance.
type course struct {
	before, after      Place
	expected, expects  float64 // good events before and after if it had done as all did
	distance, variance float64
}

func (s *series) course(village, dividing, at int, phi float64) (c course, ok bool) {
	sum := func(from, to int) (p Place, expected float64) {
		for k := max(0, from); k <= to; k++ {
			if n := s.bases[village][k]; n > 0 {
				p.Total, p.Events, p.Months = p.Total+n, p.Events+s.events[village][k], p.Months+1
				expected += n * s.shares[k]
			}
		}
		return p, expected
	}
	c.before, c.expected = sum(dividing-longBefore, dividing-1)
	c.after, c.expects = sum(max(dividing+2, at+1-longAfter), at)
	if c.before.Months < 2 || c.after.Months < 2 || c.before.Total < 8 || c.after.Total < 8 {
		return c, false
	}
	off := func(p Place, expected float64) (distance, variance float64) {
		q := (p.Events + .5) / (p.Total + 1)
		return math.Log(q/(1-q)) - math.Log((expected+.5)/(p.Total-expected+.5)), phi / (p.Total * q * (1 - q))
	}
	x, v := off(c.before, c.expected)
	y, w := off(c.after, c.expects)
	c.distance, c.variance = y-x, v+w
	return c, true
}

// shift compares a village's course with the other villages' over the same months.
func (j *judge) shift(s *series, village int, month string) (one Shift, factor float64, ok bool) {
	at, dividing := j.ripe(s, len(j.Months)-1), slices.Index(j.Months, month)
	if at < 0 || dividing < 0 || dividing >= at {
		return one, 0, false
	}
	phi := s.dispersion(at)
	own, ok := s.course(village, dividing, at, phi)
	if !ok {
		return one, 0, false
	}
	var others, excess []float64
	for i, v := range j.Villages {
		if i == village || slices.ContainsFunc(j.Supports, func(p Support) bool { return p.Village == v.ID }) {
			continue
		}
		if c, ok := s.course(i, dividing, at, phi); ok {
			others = append(others, c.distance)
			excess = append(excess, c.variance)
		}
	}
	drift, spread := 0.0, leastOwn
	if len(others) >= leastPlaces {
		drift = estimate.Median(others)
		var squares []float64
		for i, d := range others {
			squares = append(squares, (d-drift)*(d-drift)-.4549*excess[i]) // 0.4549: the median of χ² with one degree of freedom
		}
		spread = math.Max(leastOwn, math.Sqrt(math.Max(0, estimate.Median(squares))/.4549))
	}
	y, still, moves := own.distance-drift, own.variance+spread*spread, own.variance+spread*spread+gainSpread*gainSpread
	if y > gain {
		y = gain + (y-gain)/2 // more than was hoped for is no sign of nothing
	}
	factor = math.Exp(logNormal(y, gain, moves) - logNormal(y, 0, still))
	one = Shift{Measure: s.measure, Before: own.before, After: own.after}
	one.By = (own.after.Events-own.expects)/own.after.Total - (own.before.Events-own.expected)/own.before.Total
	one.Chance = distuv.UnitNormal.CDF(y / math.Sqrt(still))
	if s.measure.Direction == queries.Down {
		one.Before.Events, one.After.Events = own.before.Total-own.before.Events, own.after.Total-own.after.Events
	}
	return one, factor, true
}

func logNormal(x, mean, variance float64) float64 {
	return -(x-mean)*(x-mean)/(2*variance) - math.Log(variance)/2
}
