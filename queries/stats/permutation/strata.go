package permutation

import (
	"cmp"
	"slices"

	"hulian/queries/stats/estimate"
)

// Stratum is one set within which the treatment was, or could have been, dealt by lot: a town's villages, a pair.
type Stratum struct{ Treated, Control []float64 }

// Stratified is TwoSample with assignments that keep the number of treated in every stratum: the statistic is still the
// mean of all treated less that of all control, and what differs between strata is no longer chance. Strata with one side
// only count in the means and are never dealt anew. Two-sided is as far from the statistic's mean over the assignments, which
// is 0 where every stratum has the same share of treated. Sums are counted exactly stratum by stratum and combined while there
// are few enough of them; beyond that assignments are drawn.
func Stratified(strata []Stratum, o Options) Test {
	t := Test{Method: Exact}
	var all counter
	var decks []counter
	missing, ways := 0, 1.0
	var x, y []float64
	for _, s := range strata {
		treated, missing1 := known(s.Treated)
		control, missing2 := known(s.Control)
		missing += missing1 + missing2
		x, y = append(x, treated...), append(y, control...)
		deck := counter{values: slices.Concat(treated, control), n1: len(treated)}
		if len(deck.values) == 0 {
			continue
		}
		deck.observe(o.Rounding)
		all.sum, all.expected, all.slack = all.sum+deck.sum, all.expected+deck.expected, all.slack+deck.slack
		decks = append(decks, deck)
		ways *= choose(len(deck.values), deck.n1)
	}
	t.N1, t.N2 = len(x), len(y)
	if missing > 0 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.MissingValues, "%d outcomes are missing and were left out", missing))
	}
	if t.N1 == 0 || t.N2 == 0 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.NotEstimable, "a group is empty: nothing to compare"))
		return t
	}
	t.difference(x, y)
	t.Permutations = estimate.Of(ways)
	if ways == 1 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.NotEstimable, "no stratum has units of both groups: there is only one assignment"))
		return t
	}
	if sums, ok := combined(decks, all.slack, o.limit()); ok && !o.ForceDraws {
		for _, s := range sums {
			all.add(s.sum, s.times)
		}
		t.count(all)
		return t
	}
	t.draw(&all, decks, o)
	return t
}

// tally is a sum of treated outcomes and how many assignments have it.
type tally struct{ sum, times float64 }

// combined gives the sums of all strata together; ok is false where there would be more than limit of them.
func combined(decks []counter, slack, limit float64) (sums []tally, ok bool) {
	sums = []tally{{0, 1}}
	for _, d := range decks {
		own, ok := d.sums(slack/float64(len(decks)), limit)
		if !ok || float64(len(sums))*float64(len(own)) > limit {
			return nil, false
		}
		next := make([]tally, 0, len(sums)*len(own))
		for _, a := range sums {
			for _, b := range own {
				next = append(next, tally{a.sum + b.sum, a.times * b.times})
			}
		}
		sums = merged(next, slack/float64(len(decks)))
	}
	return sums, true
}

// sums lists what the treated of one stratum may add up to.
func (c *counter) sums(slack, limit float64) (sums []tally, ok bool) {
	add := func(sum, times float64) { sums = append(sums, tally{sum, times}) }
	whole, isWhole := integers(c.values, c.rounding)
	switch {
	case isWhole && c.bySums(whole, add):
	case choose(len(c.values), c.n1) <= limit:
		c.oneByOne(add)
	default:
		return nil, false
	}
	return merged(sums, slack), true
}

// merged puts sums together that differ by rounding alone.
func merged(sums []tally, slack float64) []tally {
	slices.SortFunc(sums, func(a, b tally) int { return cmp.Compare(a.sum, b.sum) })
	out := sums[:0]
	for _, s := range sums {
		if n := len(out); n > 0 && s.sum-out[n-1].sum <= slack {
			out[n-1].times += s.times
		} else {
			out = append(out, s)
		}
	}
	return out
}
