package compare

import (
	"fmt"
	"math"
	"slices"

	"hulian/queries/reading"
	"hulian/queries/stats/permutation"
)

// AgainstRollout compares the pilots with the villages of the rollout by months since each village's own start: whether the pilots
// gained more than those that followed. Every village has had the programme as long as every other, but not at the same time: the
// season and other policies may differ. The months since the start are as many as still leave villages enough for a p-value of 5%; where
// no number does, those with most villages. Villages with fewer, or with no month before, are left out. False where either side is empty.
func AgainstRollout(p Panel) (Result, bool) {
	if !Comparable(p.Measure) {
		return Result{}, false
	}
	at := map[string]int{}
	var pilots, rollout []Village
	for _, v := range p.Villages {
		i := slices.Index(p.Months, v.Start)
		if i <= 0 {
			continue
		}
		at[v.ID] = i
		if v.Pilot {
			pilots = append(pilots, v)
		} else {
			rollout = append(rollout, v)
		}
	}
	had := func(villages []Village, months int) (all []Village) {
		for _, v := range villages {
			if len(p.Months)-at[v.ID] >= months {
				all = append(all, v)
			}
		}
		return all
	}
	months, others := 0, 0
	for k := 1; k <= len(p.Months); k++ {
		n, pilots := len(had(rollout, k)), len(had(pilots, k))
		if n == 0 || pilots == 0 {
			break
		}
		if n >= others || permutation.SmallestP(pilots, n) <= significant {
			months, others = k, n
		}
	}
	if months == 0 {
		return Result{}, false
	}
	of, d := sinceStart(p, at, months), sinceStartDesign(had(pilots, months), had(rollout, months), months)
	for _, v := range p.Villages {
		if v.Start != "" && !slices.Contains(d.Pilots, v) && !slices.Contains(d.Others, v) {
			d.Left = append(d.Left, v)
		}
	}
	r := onSides(of, d)
	if !math.IsNaN(r.Effect) {
		r.Moments = moments(of, d)
	}
	return r, true
}

// Sides are who is set against whom, where that is chosen and not all pilots against those not begun.
type Sides struct {
	Pilot string // ID of the one pilot looked at; empty: all
	With  string // Rollout, or the month in which a group of the rollout began; empty: those not begun
}

// Beside is the report with its pilots set against the villages of the rollout that s names; false where the two cannot be compared. It
// carries no verdict on the programme, which both sides have.
func (r Report) Beside(s Sides) (Report, bool) {
	waves, ok := AgainstRollout(s.Of(r.Panel))
	if ok = ok && !math.IsNaN(waves.Effect); ok {
		r.Waves = &waves
	} else {
		r.Waves = nil
	}
	return r, ok
}

// Rollout stands for all villages that began after the pilots.
const Rollout = "rollout"

// Of is the panel without the pilots that are not chosen, and without the villages of the rollout that are not.
func (s Sides) Of(p Panel) Panel {
	p.Villages = slices.DeleteFunc(slices.Clone(p.Villages), func(v Village) bool {
		if v.Pilot {
			return s.Pilot != "" && v.ID != s.Pilot
		}
		return s.With != "" && s.With != Rollout && v.Start != s.With
	})
	return p
}

// since names a month by its distance from the start.
func since(month int) string { return fmt.Sprintf("%+d", month) }

func sinceStartDesign(pilots, rollout []Village, months int) Design {
	d := Design{Pilots: pilots, Others: rollout, Start: since(0), SmallestP: permutation.SmallestP(len(pilots), len(rollout))}
	for k := -yearBefore; k < months; k++ {
		if k < 0 {
			d.Before = append(d.Before, since(k))
		} else {
			d.After = append(d.After, since(k))
		}
	}
	return d
}

// sinceStart is the panel with every village's months counted from its own start.
func sinceStart(p Panel, at map[string]int, months int) Panel {
	of := Panel{Measure: p.Measure, Series: map[string][]reading.Month{}, Seed: p.Seed}
	for k := -yearBefore; k < months; k++ {
		of.Months = append(of.Months, since(k))
	}
	for _, v := range p.Villages {
		start, begun := at[v.ID]
		if !begun {
			continue
		}
		of.Villages = append(of.Villages, v)
		for k := -yearBefore; k < months; k++ {
			m := reading.Month{Numerator: math.NaN(), Denominator: math.NaN(), Value: math.NaN()}
			if i := start + k; i >= 0 && i < len(p.Series[v.ID]) {
				m = p.Series[v.ID][i]
			}
			of.Series[v.ID] = append(of.Series[v.ID], m)
		}
	}
	return of
}

// Overall is every village that has begun, all months since its own start against the year before it.
type Overall struct {
	Villages      int
	Before, After reading.Month
}

// AllBegun pools the groups that have begun: before and after for all.
func AllBegun(p Panel) (all Overall) {
	for _, v := range p.Villages {
		at := slices.Index(p.Months, v.Start)
		if at <= 0 {
			continue
		}
		before, after := summed(p, v, p.Months[max(0, at-yearBefore):at]), summed(p, v, p.Months[at:])
		if math.IsNaN(before.Value) || math.IsNaN(after.Value) {
			continue
		}
		all.Villages++
		all.Before.Numerator, all.Before.Denominator = all.Before.Numerator+before.Numerator, all.Before.Denominator+before.Denominator
		all.After.Numerator, all.After.Denominator = all.After.Numerator+after.Numerator, all.After.Denominator+after.Denominator
	}
	all.Before.Value = p.Measure.Scale * all.Before.Numerator / all.Before.Denominator
	all.After.Value = p.Measure.Scale * all.After.Numerator / all.After.Denominator
	return all
}
