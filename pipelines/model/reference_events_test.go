package model

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// memberPlace is where a member stood on a day, or where he or she was last known.
func (r *reference) memberPlace(id string, on time.Time) place {
	m, ok := r.members[id]
	if !ok {
		return place{member: id}
	}
	if v, ok := holding(map[string][]version{"": r.versionsOfMembers()[id]}, on)[""]; ok {
		m = v.row
	}
	p := r.branchPlace(m.text("branch_id"), on)
	p.member = id
	return p
}

func (r *reference) versionsOfMembers() map[string][]version {
	if r.standings == nil {
		r.standings = r.versions("members", "member_id", "branch_id", "valid_from")
	}
	return r.standings
}

func (r *reference) events() {
	for _, t := range r.tables["exports.tasks"] {
		claimed, _ := t.when("claimed_on")
		done, isDone := t.when("done_on")
		due, hasDue := t.when("due_on")
		finished := !isDone && t.number("progress") >= 100
		if claimed.After(r.cutOff) {
			continue
		}
		p := r.branchPlace(t.text("branch_id"), r.asOf(monthOf(claimed)))
		r.add("tasks_done", p, monthOf(claimed), one(isDone && !done.After(r.cutOff) || finished), 1)
		for _, month := range r.months {
			if end := r.asOf(month); !claimed.After(end) && (!isDone || done.After(end)) && !finished {
				r.add("tasks_overdue", r.branchPlace(t.text("branch_id"), end), month, one(hasDue && due.Before(end)), 1)
			}
		}
	}
	for _, c := range r.tables["exports.conduct"] {
		signed, _ := c.when("signed_on")
		if signed.After(r.cutOff) {
			continue
		}
		kept, isKept := c.when("kept_on")
		p := r.memberPlace(c.text("member_id"), r.asOf(monthOf(signed)))
		pledge := c.text("kind") == "frugality_pledge"
		r.add("pledges", p, monthOf(signed), one(pledge), 0)
		r.add("pledges_kept", p, monthOf(signed), one(pledge && isKept && !kept.After(r.cutOff)), 0)
		donation := c.text("kind") == "organ_donation" || c.text("kind") == "cornea_donation"
		r.add("donations", p, monthOf(signed), one(donation), 0)
		r.add("cornea_donations", p, monthOf(signed), one(c.text("kind") == "cornea_donation"), 0)
		r.add("family_conduct", p, monthOf(signed), one(c.text("kind") == "family_conduct"), 0)
		r.add("red_line_breaches", p, monthOf(signed), one(c.text("kind") == "red_line_breach"), 0)
	}
	for _, u := range r.tables["exports.rights"] {
		if used, _ := u.when("used_on"); !used.After(r.cutOff) {
			p := r.memberPlace(u.text("member_id"), r.asOf(monthOf(used)))
			r.add("rights_used", p, monthOf(used), 1, 0)
			if u["upheld"] != nil {
				r.add("rights_upheld", p, monthOf(used), one(u.truth("upheld")), 1)
			}
		}
	}
	for _, f := range r.tables["exports.funds"] {
		if int(f.number("year")) > r.cutOff.Year() {
			continue
		}
		p := place{town: r.town(f.text("village_id")), village: f.text("village_id")}
		for _, month := range r.fundMonths(f) {
			r.add("fund_amount", p, month, f.number("amount_yuan"), 0)
			if f.text("kind") == "scholarship" {
				r.add("scholarship_students", p, month, f.number("beneficiaries"), 0)
			}
		}
	}
	r.bursts()
}

func (r *reference) bursts() {
	gained := map[string]map[time.Time]float64{} // level|unit → day → points
	for _, e := range r.tables["exports.points"] {
		on, _ := e.when("awarded_on")
		if on.After(r.cutOff) || e.number("points") < 0 {
			continue
		}
		p := r.memberPlace(e.text("member_id"), r.asOf(monthOf(on)))
		for level, unit := range map[string]string{"town": p.town, "village": p.village, "branch": p.branch} {
			if unit == "" {
				continue
			}
			if gained[level+"|"+unit] == nil {
				gained[level+"|"+unit] = map[time.Time]float64{}
			}
			gained[level+"|"+unit][on] += e.number("points")
		}
	}
	spoke := r.spoken()["points"]
	for key, days := range gained {
		level, unit, _ := strings.Cut(key, "|")
		for _, month := range r.months {
			end := r.asOf(month)
			start := time.Date(end.Year(), 1+(end.Month()-1)/6*6, 1, 0, 0, 0, 0, time.UTC)
			total, largest, any := 0.0, 0.0, false
			for d := start; !d.After(end); d = d.AddDate(0, 0, 1) {
				_, has := days[d]
				any = any || has
				total += days[d]
				window := 0.0
				for k := range r.rules.Points.BurstDays {
					if e := d.AddDate(0, 0, -k); !e.Before(start) {
						window += days[e]
					}
				}
				largest = math.Max(largest, window)
			}
			if !any {
				continue
			}
			known := r.knownDays(level, unit, start, month, spoke)
			var value *float64
			if total > 0 && known > 0 {
				v := largest / total / math.Min(1, float64(r.rules.Points.BurstDays)/float64(known))
				value = &v
			}
			r.set("points_burst", level, unit, month, largest, total, value)
		}
	}
}

// knownDays counts the days from one to the end of a month in months for which a unit's points are known.
func (r *reference) knownDays(level, unit string, from time.Time, month string, spoke map[[2]string]string) (days int) {
	for _, m := range r.months {
		if monthStart(m).Before(from) || m > month {
			continue
		}
		villages := []string{unit}
		switch level {
		case "town":
			villages = slices.Collect(maps.Keys(r.villages))
		case "branch":
			villages = []string{r.branchPlace(unit, r.asOf(m)).village}
		}
		if slices.ContainsFunc(villages, func(v string) bool { return spoke[[2]string{v, m}] == "" }) {
			days += daysFrom(monthStart(m), r.asOf(m)) + 1
		}
	}
	return days
}

func (r *reference) quality() {
	type received struct {
		village, month, export string
	}
	first := map[received]time.Time{}
	note := func(village, export string, at time.Time, file any) {
		f, ok := r.files[file.(int64)]
		if !ok || village == "" {
			return
		}
		on, _ := f.when("received_at")
		k := received{village, monthOf(at), export}
		if have, ok := first[k]; !ok || day(on).Before(have) {
			first[k] = day(on)
		}
	}
	stays, home := r.versions("households", "household_id", "village_id", ""), map[string]string{}
	for _, h := range r.tables["exports.households"] {
		home[h.text("household_id")] = h.text("village_id")
	}
	for _, schema := range []string{"exports.", "history."} {
		for _, v := range r.tables[schema+"visits"] {
			at, _ := v.when("visited_at")
			id := v.text("household_id")
			village := home[id]
			if h, ok := holding(map[string][]version{"": stays[id]}, day(at))[""]; ok && village != "" {
				village = h.text("village_id")
			}
			note(village, "visits", at, v["_file"])
		}
		for _, i := range r.tables[schema+"issues"] {
			at, _ := i.when("reported_at")
			note(i.text("village_id"), "issues", at, i["_file"])
		}
	}
	for _, schema := range []string{"exports.", "history."} {
		for _, e := range r.tables[schema+"points"] {
			at, _ := e.when("awarded_on")
			note(r.memberPlace(e.text("member_id"), day(at)).village, "points", at, e["_file"])
		}
		for _, e := range r.tables[schema+"meetings"] {
			at, _ := e.when("held_on")
			note(r.branchPlace(e.text("branch_id"), day(at)).village, "meetings", at, e["_file"])
		}
	}
	sent := r.spoken()
	for village := range r.villages {
		p := place{town: r.town(village), village: village}
		for _, month := range r.months {
			for _, export := range r.rules.DataQuality.Expected {
				if sent[export] == nil {
					continue
				}
				on, ok := first[received{village, month, export}]
				deadline := monthEnd(month).AddDate(0, 0, r.rules.DataQuality.DeadlineDay)
				r.add("completeness", p, month, one(ok), 1)
				r.add("timeliness", p, month, one(ok && !on.After(deadline)), 1)
			}
		}
	}
}
