package model

import (
	"slices"
	"time"
)

// exemptions counts, of one month's standing list, what branch meetings decided. The list tells of it where anybody of the town has a day.
func (r *reference) exemptions(month string, end time.Time, standing map[string]version) {
	told := map[string]bool{} // towns
	for _, m := range standing {
		if _, ok := m.when("exempt_decided_on"); ok && m.text("duty_status") == "exempt" {
			told[r.branchPlace(m.text("branch_id"), end).town] = true
		}
	}
	for id, m := range standing {
		if m.text("duty_status") == "active" {
			continue
		}
		p := r.branchPlace(m.text("branch_id"), end)
		p.member = id
		decided, has := m.when("exempt_decided_on")
		r.add("exemptions_decided", p, month, one(has && !decided.After(end)), one(told[p.town]))
		if until, ok := m.when("exempt_until"); ok {
			r.add("exemptions_ended", p, month, one(until.Before(end)), 1)
		}
	}
}

// duties counts one visit by the duty it served.
func (r *reference) duties(v row, p place, month string) {
	if v.text("duty") == "" {
		return
	}
	for _, duty := range []string{"policy", "opinion", "dispute", "service", "governance"} {
		r.add("visits_"+duty, p, month, one(v.text("duty") == duty), 1)
	}
}

// approvals count entries of points by what became of them, of months that tell of it.
func (r *reference) approvals() {
	type entry struct {
		row
		place
		month string
	}
	var all []entry
	approving, displaying := map[[2]string]bool{}, map[[2]string]bool{}
	for _, e := range r.tables["exports.points"] {
		on, _ := e.when("awarded_on")
		if on.After(r.cutOff) {
			continue
		}
		month := monthOf(on)
		x := entry{e, r.memberPlace(e.text("member_id"), r.asOf(month)), month}
		all = append(all, x)
		_, dated := e.when("published_from")
		k := [2]string{x.town, month}
		approving[k], displaying[k] = approving[k] || e.text("approved_by") != "", displaying[k] || dated
	}
	for _, e := range all {
		k := [2]string{e.town, e.month}
		r.add("points_approved", e.place, e.month, one(e.text("approved_by") != ""), one(approving[k]))
		on, dated := e.when("published_from")
		r.add("points_displayed", e.place, e.month, one(dated && !on.After(r.cutOff)), one(displaying[k]))
	}
}

// memberPeriods are assessments and appraisals: what holds in a month is the newest period of the town that had ended.
func (r *reference) memberPeriods() {
	type count struct{ all, pioneers, warned, dealt float64 }
	assessed := map[string]map[place]*count{} // by period
	for _, a := range r.tables["exports.member_ratings"] {
		_, end := period(a.text("period"))
		if end.After(r.cutOff) {
			continue
		}
		p := r.memberPlace(a.text("member_id"), end)
		if !slices.Contains(r.months, monthOf(end)) || !r.listed(a.text("member_id"), end) {
			p = place{}
			if m, ok := r.members[a.text("member_id")]; ok {
				b := r.branches[m.text("branch_id")]
				p = place{town: r.town(b.text("village_id")), village: b.text("village_id")}
			}
		}
		at := place{town: p.town, village: p.village}
		if assessed[a.text("period")] == nil {
			assessed[a.text("period")] = map[place]*count{}
		}
		c := assessed[a.text("period")][at]
		if c == nil {
			c = &count{}
			assessed[a.text("period")][at] = c
		}
		warned := a.text("result") == "warned" || a.text("result") == "unqualified"
		c.all++
		c.pioneers += one(a.text("result") == "pioneer")
		c.warned += one(warned)
		c.dealt += one(warned && a.text("dealt_with") != "")
	}
	for _, month := range r.months {
		for town := range r.towns() {
			name := inForce(r.asOf(month), assessed, func(of map[place]*count) bool {
				for p := range of {
					if p.town == town {
						return true
					}
				}
				return false
			})
			told := false
			for p, c := range assessed[name] {
				told = told || p.town == town && c.dealt > 0
			}
			for p, c := range assessed[name] {
				if p.town != town {
					continue
				}
				r.add("pioneer_share", p, month, c.pioneers, c.all)
				r.add("warned_share", p, month, c.warned, c.all)
				r.add("warned_dealt_with", p, month, c.dealt, c.warned*one(told))
			}
		}
	}
}

// listed reports whether a list names a member on a day.
func (r *reference) listed(member string, on time.Time) bool {
	_, ok := holding(map[string][]version{"": r.versionsOfMembers()[member]}, on)[""]
	return ok
}

func (r *reference) towns() map[string]bool {
	all := map[string]bool{}
	for _, v := range r.villages {
		all[v.text("town")] = true
	}
	return all
}

// inForce is the newest period that ended by a day, of two that end together the shorter one.
func inForce[T any](on time.Time, periods map[string]T, counts func(T) bool) (name string) {
	var from, to time.Time
	for p, of := range periods {
		start, end := period(p)
		if !end.After(on) && counts(of) && (end.After(to) || end.Equal(to) && start.After(from)) {
			name, from, to = p, start, end
		}
	}
	return name
}

func (r *reference) appraisals() {
	type count struct{ linked, appraised, scores, sum float64 }
	given := map[string]map[string][]float64{} // period and household → scores
	for _, a := range r.tables["exports.appraisals"] {
		if _, end := period(a.text("period")); end.After(r.cutOff) {
			continue
		}
		if given[a.text("period")] == nil {
			given[a.text("period")] = map[string][]float64{}
		}
		given[a.text("period")][a.text("household_id")] = append(given[a.text("period")][a.text("household_id")], a.number("score"))
	}
	households := r.versions("households", "household_id", "village_id", "")
	counted := map[string]map[place]*count{}
	for name, by := range given {
		_, end := period(name)
		told, of := map[string]bool{}, map[place]*count{}
		for id, h := range holding(households, end) {
			p := place{town: r.town(h.text("village_id")), village: h.text("village_id"), branch: h.text("branch_id")}
			if of[p] == nil {
				of[p] = &count{}
			}
			since, dated := h.when("linked_since")
			linked := h.text("linked_member_id") != "" && (!dated || !since.After(end))
			of[p].linked += one(linked)
			of[p].appraised += one(linked && len(by[id]) > 0)
			for _, score := range by[id] {
				told[p.village] = true
				of[p].scores++
				of[p].sum += score
			}
		}
		for p := range of {
			if !told[p.village] {
				delete(of, p)
			}
		}
		counted[name] = of
	}
	for _, month := range r.months {
		for town := range r.towns() {
			name := inForce(r.asOf(month), counted, func(of map[place]*count) bool {
				for p := range of {
					if p.town == town {
						return true
					}
				}
				return false
			})
			for p, c := range counted[name] {
				if p.town == town {
					r.add("appraisal_rate", p, month, c.appraised, c.linked)
					r.add("appraisal_score", p, month, c.sum, c.scores)
				}
			}
		}
	}
}

func (r *reference) villageRules() {
	revised := map[string]time.Time{}
	for _, x := range r.tables["exports.rules"] {
		v := x.text("village_id")
		used, isUsed := x.when("used_on")
		if r.villages[v] == nil || isUsed && used.After(r.cutOff) {
			continue
		}
		if isUsed {
			r.add("rules_used", place{town: r.town(v), village: v}, monthOf(used), 1, 0)
		}
		if on, ok := x.when("revised_on"); ok && on.After(revised[v]) {
			revised[v] = on
		}
	}
	for v, on := range revised {
		start, known := r.townStart(r.town(v))
		if !known {
			continue // since when they count is not known
		}
		for _, month := range r.months {
			r.add("rules_revised", place{town: r.town(v), village: v}, month, one(!on.After(r.asOf(month)) && !on.Before(start)), 1)
		}
	}
}
