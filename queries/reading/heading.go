package reading

import "hulian/queries/stats/spc"

// A control chart's limits describe a process that holds a level. Where the months they are made of move from one level
// to another, its early and late months fall outside by construction: that is the movement seen twice, not two events
// (Wheeler, Understanding Variation; Montgomery, Statistical Quality Control, on trial limits of phase I). Mean and
// limits of such a phase are then provisional, and no month of the movement speaks against its direction.

// heading is where the values of a phase moved while its limits were made: +1 up, −1 down, 0 where they held a level or
// went back and forth. A phase moves where its signals lie on one side first and on the other after, or where its newest
// month stands in a run that rises or falls; and where its last value lies on that side of its first. Signals are given
// by side: beyond picks those that count.
func heading(points []spc.Point, beyond func(spc.Point) int) int {
	first, turns, direction := 0, 0, 0
	var from, to spc.Point
	for _, p := range points {
		if !p.Value.Known {
			continue
		}
		if !from.Value.Known {
			from = p
		}
		to = p
		switch place := beyond(p); {
		case place == 0:
		case first == 0:
			first, direction = place, place
		case place != direction:
			turns, direction = turns+1, place
		}
	}
	if turns != 1 {
		direction = to.Trend
	}
	if direction == 0 || float64(direction)*(to.Value.Value-from.Value.Value) <= 0 {
		return 0
	}
	return direction
}

// outside is the limit a point passes: a phase with months beyond both of them has no level.
func outside(p spc.Point) int { return p.Outside }

// anyPlace is the side of the centre on which a point signals by any rule.
func anyPlace(p spc.Point) int {
	for _, sign := range []int{p.Outside, p.Shift, p.TwoOfThree} {
		if sign != 0 {
			return sign
		}
	}
	return 0
}

// signal is the rule a point is called by and its direction. A run that rises or falls outranks the place of its points:
// seven months rising are not worsening because they began low.
func signal(p spc.Point) (spc.Rule, int) {
	if p.Trend != 0 && p.Sign != p.Trend {
		return spc.TrendRule, p.Trend
	}
	return p.Rule, p.Sign
}

// SignalAt is what a point of the chart may be marked with, seen from the newest month; CommonCause for none. Limits
// from fewer than twelve months lie where the later months put them, so only the newest month is read by them; and the
// low end of a rise is no fall.
func (r Reading) SignalAt(i int) (spc.Rule, int) {
	point := r.Chart.Points[i]
	rule, sign := signal(point)
	if i == len(r.Chart.Points)-1 || point.Phase >= len(r.Chart.Phases) {
		return rule, sign
	}
	phase := r.Chart.Phases[point.Phase]
	if phase.N < spc.TrialPoints || sign == -heading(r.Chart.Points[phase.From:phase.To], anyPlace) {
		return spc.CommonCause, 0
	}
	return rule, sign
}

// moving notes that the phase of the last point holds no level, from which value it came, and what of the judgement
// remains: whether the target is met today, not whether it will be.
func (r *Reading) moving(phase spc.Phase) {
	points := r.Chart.Points[phase.From:phase.To]
	if r.Heading = heading(points, outside); r.Heading == 0 {
		return
	}
	for i, p := range points {
		if p.Value.Known {
			r.Came, r.CameIn = p.Value, r.Months[phase.From+i]
			break
		}
	}
	r.Assurance = NoTarget
	r.standing()
}
