package sample

import "math"

// maturity is how far the programme has taken hold in a village in a month, 0 before its start, towards the
// village's effort after it: two thirds of the way after about three months.
func (t *town) maturity(v *village, m month) float64 {
	if m < v.start || t.Flat {
		return 0
	}
	return v.effort * growth(v, m)
}

func growth(v *village, m month) float64 {
	return 1 - math.Exp(-float64(m-v.start+1)/2.5)
}

// season is shared by all villages: visits around the Spring Festival, fewer in the heat.
var season = [12]float64{.03, .04, 0, 0, 0, -.01, -.03, -.035, 0, .01, .01, .02}

// coverage is the planned share of households visited in a month, without and with the programme.
func (t *town) coverage(v *village, m month) (without, with float64) {
	without = v.base + season[m.number()-1] + .0015*float64(m-firstMonth) + v.shocks[int(m-t.first)%len(v.shocks)]
	with = without
	if m >= v.start && !t.Flat {
		with += v.effect * growth(v, m)
	}
	return without, with
}

// oldLinked is the share of households that had a member on paper under the old scheme, and the chance of a visit
// to them and to the others against the mean of all.
const (
	oldLinked       = .58
	oldLinkedChance = 1.3
	oldOthersChance = (1 - oldLinked*oldLinkedChance) / (1 - oldLinked)
)

// visitChance is the chance that a household is visited in the month, without and with the programme. The
// programme's effect is the difference of the two, so that it is known exactly, clipping included.
func (t *town) visitChance(v *village, h *household, m month) (without, with float64) {
	without, with = t.coverage(v, m)
	reach := oldOthersChance
	if h.oldMember >= 0 {
		reach = oldLinkedChance
	}
	zeal := t.members[h.member].zeal + t.branches[h.branch].zeal
	bounded := func(p float64) float64 { return min(.985, max(.01, p)) }
	without = bounded(without*reach + zeal)
	if m < v.start {
		return without, without
	}
	if t.Flat {
		return without, without
	}
	return without, bounded(with + zeal)
}

// effectOf is the planted effect on household coverage: the mean over the village's households of the difference.
func (t *town) effectOf(v *village, m month) (without, with float64) {
	n := 0.0
	for i := range t.homes {
		h := &t.homes[i]
		if h.village != v.index {
			continue
		}
		a, b := t.visitChance(v, h, m)
		without, with, n = without+a, with+b, n+1
	}
	return without / n, with / n
}

// monthEndShare is the share of a month's visits entered on its last three days beyond their even share.
func (t *town) monthEndShare(v *village, m month) float64 { return .30 * (1 - .92*t.maturity(v, m)) }

// issueDelay multiplies the time every step of an issue takes: 1 where the programme has fully taken hold.
func (t *town) issueDelay(v *village, m month) float64 {
	return v.slow * (2.2 - 1.2*t.maturity(v, m))
}
