package model

import (
	"math"
	"slices"
	"time"

	"hulian/data"
	"hulian/queries"
)

// unknownKey is one measure of one village in one month.
type unknownKey struct{ measure, village, month string }

// homeOf is the village an event's row belongs to on its day.
func (r *reference) homeOf(c data.Contract, e row, on time.Time, stays map[string][]version, home map[string]string) string {
	for _, column := range []string{"village_id", "household_id", "branch_id", "member_id"} {
		if definition, ok := c.Column(column); !ok || !definition.Required {
			continue
		}
		id := e.text(column)
		switch column {
		case "village_id":
			return id
		case "household_id":
			if h, ok := holding(map[string][]version{"": stays[id]}, on)[""]; ok && home[id] != "" {
				return h.text("village_id")
			}
			return home[id]
		case "branch_id":
			return r.branchPlace(id, on).village
		default:
			return r.memberPlace(id, on).village
		}
	}
	return ""
}

// unknown says of which measures, villages and months nothing is known, by loops over the rows of the exports.
func (r *reference) unknown() map[unknownKey]string {
	stays, home := r.versions("households", "household_id", "village_id", ""), map[string]string{}
	for _, h := range r.tables["exports.households"] {
		home[h.text("household_id")] = h.text("village_id")
	}
	silent := map[string]map[[2]string]string{} // by export: village and month
	for _, c := range data.Contracts() {
		if c.Kind != data.Event || c.DatedBy == "" {
			continue
		}
		held, all, first := map[[2]string]float64{}, map[string]float64{}, ""
		for _, e := range r.tables["exports."+c.Export] {
			on, ok := e.when(c.DatedBy)
			village := ""
			if ok {
				village = r.homeOf(c, e, day(on), stays, home)
			}
			if village == "" || r.villages[village] == nil {
				continue
			}
			month := monthOf(on)
			held[[2]string{village, month}]++
			all[month]++
			if first == "" || month < first {
				first = month
			}
		}
		if first == "" {
			continue
		}
		silent[c.Export] = map[[2]string]string{}
		for village := range r.villages {
			for k, reason := range r.silence(village, held, all, first, slices.Contains(r.rules.DataQuality.Expected, c.Export)) {
				silent[c.Export][[2]string{village, k}] = reason
			}
		}
	}
	reasons := map[unknownKey]string{}
	for _, m := range queries.Measures() {
		for _, export := range m.Source {
			for at, reason := range silent[export] {
				k := unknownKey{m.ID, at[0], at[1]}
				if have, ok := reasons[k]; !ok || reason < have {
					reasons[k] = reason
				}
			}
		}
	}
	return reasons
}

// silence gives the months of a village for which one export is not known.
func (r *reference) silence(village string, held map[[2]string]float64, all map[string]float64, first string, monthly bool) map[string]string {
	reasons := map[string]string{}
	own, whole, from, to := 0., 0., "", ""
	for _, month := range r.months {
		if held[[2]string{village, month}] > 0 {
			if from == "" {
				from = month
			}
			to = month
		}
	}
	for _, month := range r.months {
		if from != "" && from <= month && month <= to {
			own, whole = own+held[[2]string{village, month}], whole+all[month]
		}
	}
	for i, month := range r.months {
		switch {
		case held[[2]string{village, month}] > 0:
		case month < first:
			reasons[month] = "before"
		case !monthly:
		case all[month] == 0:
			reasons[month] = "no_file"
		case own == 0:
			reasons[month] = "never"
		default:
			expected := all[month] * own / whole
			for j := i - 1; j >= 0 && held[[2]string{village, r.months[j]}] == 0; j-- {
				expected += all[r.months[j]] * own / whole
			}
			for j := i + 1; j < len(r.months) && held[[2]string{village, r.months[j]}] == 0; j++ {
				expected += all[r.months[j]] * own / whole
			}
			if expected >= 7 && math.Abs(expected-7) > 1e-9 {
				reasons[month] = "silent"
			}
		}
	}
	return reasons
}

// reasonOf is why a value of the long table is not known; of a town: that it is known of none of its villages. spoke is
// how many villages a town's value is known of.
func (r *reference) reasonOf(k refKey, unknown map[unknownKey]string) (reason string, spoke int) {
	village := k.unit
	switch k.level {
	case "branch":
		village = r.branches[k.unit].text("village_id")
	case "member":
		village = r.branches[r.members[k.unit].text("branch_id")].text("village_id")
	case "town":
		for village := range r.villages {
			why, ok := unknown[unknownKey{k.measure, village, k.month}]
			if !ok {
				spoke++
			} else if reason == "" || why < reason {
				reason = why
			}
		}
		if spoke > 0 {
			reason = ""
		}
		return reason, spoke
	}
	return unknown[unknownKey{k.measure, village, k.month}], 0
}

// ofThoseThatSpoke takes from a town's sums what its villages of which nothing is known would add.
func (r *reference) ofThoseThatSpoke(k refKey, m queries.Measure, v refValue, unknown map[unknownKey]string) refValue {
	if k.level != "town" || m.Model != "" {
		return v
	}
	for village := range r.villages {
		if _, ok := unknown[unknownKey{k.measure, village, k.month}]; !ok {
			continue
		}
		if own := r.sums[refKey{k.measure, "village", village, k.month}]; own != nil {
			v.num, v.den = v.num-own.num, v.den-own.den
		}
	}
	return v
}
