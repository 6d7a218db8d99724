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

// spoken says for which villages and months the exports of events did not speak, and why, by loops over their rows. An export
// without any row of the town has no entry.
func (r *reference) spoken() map[string]map[[2]string]string {
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
	return silent
}

// unknown says of which measures, villages and months nothing is known.
func (r *reference) unknown() map[unknownKey]string {
	silent := r.spoken()
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
		if !m.Reach.Whole {
			continue
		}
		for village := range r.villages {
			for _, month := range r.months {
				k := unknownKey{m.ID, village, month}
				if _, lacking, ok := r.reached(m, village, month, silent); ok && lacking > 0 && reasons[k] == "" {
					reasons[k] = "reach"
				}
			}
		}
	}
	return reasons
}

// reached lists the months a measure is made of, and counts them and those of which its export did not speak.
func (r *reference) reached(m queries.Measure, village, month string, silent map[string]map[[2]string]string) (reached, lacking int, ok bool) {
	if m.Reach == (queries.Reach{}) {
		return 0, 0, false
	}
	var export string
	for _, source := range m.Source {
		if silent[source] != nil {
			export = source
		}
	}
	if export == "" {
		return 0, 0, false
	}
	from, to := monthStart(month), monthStart(month)
	switch m.Reach.Back {
	case "repeat_days":
		from = from.AddDate(0, 0, -r.rules.Issues.RepeatDays)
	case "unvisited_days":
		from = r.asOf(month).AddDate(0, 0, -r.rules.Linking.UnvisitedDays)
	case "survival_months":
		from = from.AddDate(0, 1-r.rules.Issues.SurvivalMonths, 0)
	case "half_year":
		from = time.Date(from.Year(), 1+(from.Month()-1)/6*6, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		from = time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case "start":
		start, known := r.townStart(r.town(village))
		if !known {
			start = monthStart(r.months[0])
		}
		if start.Before(from) {
			from = start
		}
	case "record":
		for _, earlier := range r.months {
			if silent[export][[2]string{village, earlier}] != "before" {
				from = monthStart(earlier)
				break
			}
		}
	}
	if m.Reach.Ahead == "reopen_days" {
		to = r.asOf(month).AddDate(0, 0, r.rules.Issues.ReopenDays)
	}
	last := r.months[len(r.months)-1]
	for at := monthStart(monthOf(from)); !at.After(to) && monthOf(at) <= last; at = at.AddDate(0, 1, 0) {
		reached++
		if monthOf(at) < r.months[0] || silent[export][[2]string{village, monthOf(at)}] != "" {
			lacking++
		}
	}
	return reached, lacking, true
}

// villageOf is the village of a value's unit; of a town its own ID.
func (r *reference) villageOf(k refKey) string {
	switch k.level {
	case "branch":
		return r.branches[k.unit].text("village_id")
	case "member":
		return r.branches[r.members[k.unit].text("branch_id")].text("village_id")
	}
	return k.unit
}

// reachOf is how many months a value is made of and how many of them are not known: of a town, the most of its villages.
func (r *reference) reachOf(k refKey, silent map[string]map[[2]string]string) (reached, lacking int, ok bool) {
	m, _ := queries.MeasureOf(k.measure)
	if k.level == "town" {
		for village := range r.villages {
			of, without, known := r.reached(m, village, k.month, silent)
			reached, lacking, ok = max(reached, of), max(lacking, without), ok || known
		}
		return reached, lacking, ok
	}
	return r.reached(m, r.villageOf(k), k.month, silent)
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
	village := r.villageOf(k)
	if k.level == "town" {
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
