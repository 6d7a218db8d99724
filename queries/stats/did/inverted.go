package did

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// WhyNone says why a permutation test leaves no interval.
type WhyNone string

// The reasons.
const (
	HasInterval WhyNone = ""
	TooFewWays  WhyNone = "too_few_ways" // the smallest possible p-value is above 1 − confidence: no effect can be rejected
	NoSpread    WhyNone = "no_spread"    // the units of each side all change by the same: how much units vary is not known
	Unbounded   WhyNone = "unbounded"    // some effects without limit are not rejected
)

// steps bound the search for a limit: doublings outwards, then halvings inwards, to 1/65,536 of where the search ended.
const (
	outwards = 14
	inwards  = 16
	// With many units assignments are drawn, and the limits are no surer than the draws: 1/512 is finer than those.
	inwardsMany = 9
)

// Options of the test of one candidate effect. There are about fifty, so that fewer assignments are gone through than for the
// effect itself, always the same ones.
const (
	mostPerCandidate  = 20_000
	drawsPerCandidate = 1_999
)

// Inverted is the interval of a panel's effect by changes that needs no standard error: the effects that the permutation test of
// TwoByTwo, were they taken from the treated units' outcomes after, does not reject (Lehmann & Romano 2005, Testing Statistical
// Hypotheses, 3rd ed., sections 3.5 and 5.11). It holds with few units as the test does, in the unit of the outcomes. Zero lies in
// it where the test's own p-value is above 1 − confidence, and only there.
func Inverted(rows []Outcome, e Effect, o Options2x2) (estimate.Interval, WhyNone) {
	if !(o.Confidence > 0 && o.Confidence < 1) {
		o.Confidence = 0.95
	}
	alpha := (1 - o.Confidence) * (1 + 1e-9) // a p-value of 0.1 is not above 1 − 0.9, whatever rounding makes of it
	test := e.Chance()
	if test == nil || !e.ByChanges.Known || !test.PTwoSided.Known {
		return estimate.Interval{}, TooFewWays
	}
	if smallest := test.SmallestP(); smallest > alpha {
		return estimate.Interval{}, TooFewWays
	}
	spread := e.spread
	if spread <= 0 {
		return estimate.Interval{}, NoSpread
	}
	o.ChanceOnly = true
	o.Permutation.MaxExact, o.Permutation.Draws = mostPerCandidate, drawsPerCandidate
	kept := func(effect float64) bool {
		if effect == 0 {
			return test.PTwoSided.Value > alpha
		}
		moved := slices.Clone(rows)
		for i, r := range moved {
			if r.Treated && r.Post {
				moved[i].Y = r.Y - effect
			}
		}
		again := TwoByTwo(moved, o).Chance()
		return again != nil && again.PTwoSided.Or(0) > alpha
	}
	if !kept(e.ByChanges.Value) {
		return estimate.Interval{}, Unbounded
	}
	step := spread / math.Phi // so that candidates are no round numbers: tables of sums of those can be large
	halvings := inwards
	if !e.Few {
		halvings = inwardsMany
	}
	low, ok := limit(kept, e.ByChanges.Value, -step, halvings)
	high, also := limit(kept, e.ByChanges.Value, step, halvings)
	if !ok || !also {
		return estimate.Interval{}, Unbounded
	}
	return estimate.Between(low, high), HasInterval
}

// limit is how far from an effect that is kept others are kept, going by step. Zero, where it lies on the way, is looked at first.
func limit(kept func(effect float64) bool, from, step float64, halvings int) (float64, bool) {
	inside, outside := from, math.NaN()
	if from*step < 0 {
		if kept(0) {
			inside = 0
		} else {
			outside = 0
		}
	}
	for k := 0; math.IsNaN(outside); k++ {
		if k == outwards {
			return 0, false
		}
		if next := inside + step; kept(next) {
			inside, step = next, 2*step
		} else {
			outside = next
		}
	}
	for range halvings {
		if middle := (inside + outside) / 2; kept(middle) {
			inside = middle
		} else {
			outside = middle
		}
	}
	return inside, true
}

// spreadOf is the largest distance of a change from the mean of its side; 0 where there is nothing but rounding.
func spreadOf(sides [2][]change, most float64) (spread float64) {
	for _, side := range sides {
		if len(side) == 0 {
			continue
		}
		mean, _ := meanAndVariance(side)
		for _, c := range side {
			spread = math.Max(spread, math.Abs(c.y-mean))
		}
	}
	if spread <= rounding(most) {
		return 0
	}
	return spread
}

// Beyond is how sure the panel's test is that the effect exceeds a value (less: lies below it): 1 − the one-sided p-value of the same
// permutation test, the value taken from the treated units' outcomes after. As a function of the value it is the confidence distribution
// behind Inverted (Xie & Singh 2013, International Statistical Review 81:3–39), not a probability that knew anything beforehand; it
// cannot exceed 1 − the smallest possible p-value.
func Beyond(rows []Outcome, value float64, less bool, o Options2x2) estimate.Number {
	moved := slices.Clone(rows)
	for i, r := range moved {
		if r.Treated && r.Post {
			moved[i].Y = r.Y - value
		}
	}
	o.ChanceOnly = true
	test := TwoByTwo(moved, o).Chance()
	if test == nil {
		return estimate.Number{}
	}
	p, known := test.PGreater.Get()
	if less {
		p, known = test.PLess.Get()
	}
	if !known {
		return estimate.Number{}
	}
	return estimate.Of(1 - p)
}
