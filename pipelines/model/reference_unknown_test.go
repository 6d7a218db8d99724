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

// delivery is what came of one export of events.
type delivery struct {
	export  string
	monthly bool
	held    map[[2]string]float64 // rows by village and month
	all     map[string]float64    // of the town by month
	files   map[any][2]string     // first and last month of the rows of a file
	first   string
}

// spoken says for which villages and months the exports of events did not speak, and why, by loops over their rows. An export
// without any row of the town has no entry.
func (r *reference) spoken() map[string]map[[2]string]string {
	silent := map[string]map[[2]string]string{} // by export: village and month
	var rare []delivery
	for _, c := range data.Contracts() {
		if c.Kind != data.Event || c.DatedBy == "" {
			continue
		}
		d := r.delivered(c)
		if d.first == "" {
			continue
		}
		silent[c.Export] = map[[2]string]string{}
		for village := range r.villages {
			for k, reason := range r.silence(village, d) {
				silent[c.Export][[2]string{village, k}] = reason
			}
		}
		if !d.monthly {
			rare = append(rare, d)
		}
	}
	for _, d := range rare {
		for village := range r.villages {
			for i, month := range r.months {
				at := [2]string{village, month}
				if month >= d.first && d.all[month] == 0 && silent[d.export][at] == "" && !r.cameBeside(d, i, at, silent) {
					silent[d.export][at] = "no_file"
				}
			}
		}
	}
	return silent
}

// cameBeside reports whether a month without any row of an export that is not due every month was delivered all the same.
func (r *reference) cameBeside(d delivery, i int, at [2]string, silent map[string]map[[2]string]string) bool {
	before, began, wanting := 0., 0., 0.
	for k := i; k >= 0 && r.months[k] >= d.first; k-- {
		if k < i {
			before, began = before+d.all[r.months[k]], began+1
		}
	}
	for k := i; k >= 0 && d.all[r.months[k]] == 0; k-- {
		wanting += r.elapsed(r.months[k])
	}
	if before/began*wanting >= 7 {
		return false
	}
	for _, export := range r.rules.DataQuality.Expected {
		if silent[export] != nil && silent[export][at] == "" {
			return true
		}
	}
	for _, span := range d.files {
		if span[0] <= at[1] && at[1] <= span[1] {
			return true
		}
	}
	return false
}

// elapsed is the part of a month that lies before the cut-off.
func (r *reference) elapsed(month string) float64 {
	return float64(r.asOf(month).Day()) / float64(monthEnd(month).Day())
}

func (r *reference) delivered(c data.Contract) delivery {
	stays, home := r.versions("households", "household_id", "village_id", ""), map[string]string{}
	for _, h := range r.tables["exports.households"] {
		home[h.text("household_id")] = h.text("village_id")
	}
	d := delivery{export: c.Export, monthly: slices.Contains(r.rules.DataQuality.Expected, c.Export), held: map[[2]string]float64{}, all: map[string]float64{}, files: map[any][2]string{}}
	for _, schema := range []string{"exports.", "history."} {
		for _, e := range r.tables[schema+c.Export] {
			on, ok := e.when(c.DatedBy)
			village := ""
			if ok {
				village = r.homeOf(c, e, day(on), stays, home)
			}
			if village == "" || r.villages[village] == nil {
				continue
			}
			month := monthOf(on)
			if span, ok := d.files[e["_file"]]; ok {
				d.files[e["_file"]] = [2]string{min(span[0], month), max(span[1], month)}
			} else {
				d.files[e["_file"]] = [2]string{month, month}
			}
			if schema == "history." {
				continue
			}
			d.held[[2]string{village, month}]++
			d.all[month]++
			if d.first == "" || month < d.first {
				d.first = month
			}
		}
	}
	return d
}

// unknown says of which measures, villages and months nothing is known.
func (r *reference) unknown() map[unknownKey]string {
	silent := r.spoken()
	reasons := r.unknownFunds()
	r.unknownColumns(silent, reasons)
	for _, m := range queries.Measures() {
		gathers := m.Reach.Back == "start" || m.Reach.Back == "record" // keeps what is known of any month
		for _, export := range m.Source {
			for at, reason := range silent[export] {
				if reached, lacking, ok := r.reached(m, at[0], at[1], silent); m.Reach.Back == "start" && ok && lacking < reached {
					continue
				}
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
				if _, lacking, ok := r.reached(m, village, month, silent); ok && lacking > 0 && reasons[k] == "" && !gathers {
					reasons[k] = "reach"
				}
			}
		}
	}
	return reasons
}

// unknownFunds says which sums of funds are not known: those of years without an entry in the town, and those an entry leaves out.
func (r *reference) unknownFunds() map[unknownKey]string {
	reasons, first, has := map[unknownKey]string{}, 9999, map[int]bool{}
	for _, f := range r.tables["exports.funds"] {
		if year := int(f.number("year")); r.villages[f.text("village_id")] != nil && year <= r.cutOff.Year() {
			first, has[year] = min(first, year), true
		}
	}
	for village := range r.villages {
		for _, month := range r.months {
			if year := monthStart(month).Year(); !has[year] {
				reason := "no_file"
				if year < first {
					reason = "before"
				}
				reasons[unknownKey{"fund_amount", village, month}], reasons[unknownKey{"scholarship_students", village, month}] = reason, reason
			}
		}
	}
	for _, f := range r.tables["exports.funds"] {
		for _, month := range r.fundMonths(f) {
			if f["amount_yuan"] == nil {
				reasons[unknownKey{"fund_amount", f.text("village_id"), month}] = "blank"
			}
			if f["beneficiaries"] == nil && f.text("kind") == "scholarship" {
				reasons[unknownKey{"scholarship_students", f.text("village_id"), month}] = "blank"
			}
		}
	}
	return reasons
}

// fundMonths are the months a fund is shown in: those of its year.
func (r *reference) fundMonths(f row) []string {
	return slices.DeleteFunc(slices.Clone(r.months), func(month string) bool { return monthStart(month).Year() != int(f.number("year")) })
}

// reached lists the months a measure is made of, and counts them and those of which its export did not speak.
func (r *reference) reached(m queries.Measure, village, month string, silent map[string]map[[2]string]string) (reached, lacking int, ok bool) {
	if m.Reach.None() {
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
				if first := monthStart(earlier); first.Before(from) {
					from = first
				}
				break
			}
		}
		if start, known := r.townStart(r.town(village)); known && start.Before(from) {
			from = start
		}
	}
	if m.Reach.Ahead == "reopen_days" {
		to = r.asOf(month).AddDate(0, 0, r.rules.Issues.ReopenDays)
	}
	last := r.months[len(r.months)-1]
	for at := monthStart(monthOf(from)); !at.After(to) && monthOf(at) <= last; at = at.AddDate(0, 1, 0) {
		reached++
		if monthOf(at) < r.months[0] || silent[export][[2]string{village, monthOf(at)}] != "" || r.untold(m, village, monthOf(at)) {
			lacking++
		}
	}
	return reached, lacking, true
}

// villageOf is the village of a value's unit, of a member that at the month's end; of a town its own ID.
func (r *reference) villageOf(k refKey) string {
	switch k.level {
	case "branch":
		return r.branches[k.unit].text("village_id")
	case "member":
		return r.memberPlace(k.unit, r.asOf(k.month)).village
	}
	return k.unit
}

// reachOf is how many months a value is made of and how many of them are not known: of a town, of none of the villages it is made of.
func (r *reference) reachOf(k refKey, silent map[string]map[[2]string]string, unknown map[unknownKey]string) (reached, lacking int, ok bool) {
	m, _ := queries.MeasureOf(k.measure)
	if k.level == "town" {
		for village := range r.villages {
			if _, without := unknown[unknownKey{k.measure, village, k.month}]; without {
				continue
			}
			of, without, known := r.reached(m, village, k.month, silent)
			if known && (!ok || without < lacking) {
				lacking = without
			}
			reached, ok = max(reached, of), ok || known
		}
		return reached, lacking, ok
	}
	return r.reached(m, r.villageOf(k), k.month, silent)
}

// share is a village's part of the town's rows, with the first month that has one; none: it never had any.
func (r *reference) share(village string, d delivery) (share float64, from string) {
	to := ""
	for _, month := range r.months {
		if d.held[[2]string{village, month}] > 0 {
			if from == "" {
				from = month
			}
			to = month
		}
	}
	own, whole := 0., 0.
	for _, month := range r.months {
		if from != "" && (!d.monthly || from <= month && month <= to) {
			own, whole = own+d.held[[2]string{village, month}], whole+d.all[month]
		}
	}
	if own == 0 {
		return 0, ""
	}
	return own / whole, from
}

// partial reports whether the files of a month name so few villages that they are not those of the town.
func (r *reference) partial(i int, d delivery) bool {
	var usual []float64
	for k := max(0, i-6); k < i; k++ {
		if r.months[k] >= d.first && d.all[r.months[k]] > 0 {
			usual = append(usual, d.all[r.months[k]])
		}
	}
	if len(usual) < 3 || d.all[r.months[i]] == 0 {
		return false
	}
	slices.Sort(usual)
	middle := (usual[(len(usual)-1)/2] + usual[len(usual)/2]) / 2 * r.elapsed(r.months[i])
	named, expected, wanting := 0., 0., 0.
	for village := range r.villages {
		share, from := r.share(village, d)
		if from == "" || from > r.months[i] {
			continue
		}
		expected += 1 - math.Exp(-share*middle)
		if d.held[[2]string{village, r.months[i]}] > 0 {
			named++
		} else {
			wanting += share * middle
		}
	}
	return 2*named < expected && wanting >= 7
}

// silence gives the months of a village for which one export is not known, by what the town's files hold of it.
func (r *reference) silence(village string, d delivery) map[string]string {
	reasons := map[string]string{}
	share, from := r.share(village, d)
	for i, month := range r.months {
		switch {
		case d.held[[2]string{village, month}] > 0:
		case month < d.first:
			reasons[month] = "before"
		case d.monthly && d.all[month] == 0:
			reasons[month] = "no_file"
		case d.monthly && from == "":
			reasons[month] = "never"
		case r.partial(i, d):
			reasons[month] = "silent"
		default:
			expected := d.all[month] * share
			for j := i - 1; j >= 0 && d.held[[2]string{village, r.months[j]}] == 0; j-- {
				expected += d.all[r.months[j]] * share
			}
			for j := i + 1; j < len(r.months) && d.held[[2]string{village, r.months[j]}] == 0; j++ {
				expected += d.all[r.months[j]] * share
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
