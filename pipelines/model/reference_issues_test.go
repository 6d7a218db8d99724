package model

import (
	"math"
	"slices"
	"sort"
	"time"
)

func (r *reference) knownIssues() []row {
	end := r.cutOff.AddDate(0, 0, 1)
	var known []row
	for _, x := range r.tables["exports.issues"] {
		if at, _ := x.when("reported_at"); !at.Before(end) {
			continue
		}
		i := row{}
		for _, column := range []string{"on_the_spot", "household_id", "due_on", "supervised_at", "classified_at", "routed_at", "routed_to", "resolved_at", "fed_back_at", "satisfaction", "reopened_from", "responsible_cadre_id", "supervisor_id"} {
			i["tells "+column] = x[column] != nil || !r.lacks[[2]any{x["_file"], column}]
		}
		i["tells due_on"] = i.truth("tells due_on") || x.truth("on_the_spot")
		for k, v := range x {
			if at, ok := v.(time.Time); ok && k != "due_on" && !at.Before(end) {
				v = nil
			}
			i[k] = v
		}
		if at, ok := x.when("routed_at"); ok && !at.Before(end) {
			i["routed_to"] = nil
		}
		known = append(known, i)
	}
	return known
}

func (r *reference) townStart(town string) (time.Time, bool) {
	if start, ok := r.rules.StartDate(); ok {
		return start, true
	}
	var first time.Time
	for _, v := range r.villages {
		if start, ok := v.when("programme_start"); ok && v.text("town") == town && (first.IsZero() || start.Before(first)) {
			first = start
		}
	}
	return first, !first.IsZero()
}

func (r *reference) issues() {
	issues := r.knownIssues()
	for _, i := range issues {
		reported, _ := i.when("reported_at")
		resolved, isResolved := i.when("resolved_at")
		due, hasDue := i.when("due_on")
		p := place{town: r.town(i.text("village_id")), village: i.text("village_id"), branch: i.text("branch_id"), member: i.text("reporter_member_id")}
		month := monthOf(reported)

		r.add("issues_reported", p, month, 1, 0)
		r.add("report_intensity", p, month, 1, 0)
		told := func(column string) float64 { return one(i.truth("tells " + column)) }
		r.add("resolution_rate", p, month, one(isResolved), told("resolved_at"))
		r.add("on_the_spot_rate", p, month, one(i.truth("on_the_spot")), told("on_the_spot"))
		repeated := false
		for _, e := range issues {
			at, _ := e.when("reported_at")
			before := at.Before(reported) || at.Equal(reported) && e.text("issue_id") < i.text("issue_id")
			if before && i.text("household_id") != "" && e.text("household_id") == i.text("household_id") &&
				e.text("category") == i.text("category") && daysFrom(at, reported) <= r.rules.Issues.RepeatDays {
				repeated = true
			}
		}
		r.add("repeat_rate", p, month, one(repeated), told("household_id"))
		if start, ok := r.townStart(p.town); told("resolved_at") == 1 && (!ok || !reported.Before(start)) {
			for _, m := range r.months {
				if m >= month {
					r.add("resolution_rate_cumulative", p, m, one(isResolved), 1)
				}
			}
		}
		if hasDue && !day(due).After(r.cutOff) && told("resolved_at") == 1 {
			timed := due.After(day(due)) && resolved.After(day(resolved)) // a day alone lasts until it ends
			onTime := isResolved && !day(resolved).After(day(due)) && (!timed || !resolved.After(due))
			r.add("on_time_rate", p, monthOf(due), one(onTime), 1)
			r.show("on_time_rate", p, monthOf(due), one(onTime), 1)
		}
		if i.text("routed_to") != "" {
			in := month
			if at, ok := i.when("routed_at"); ok {
				in = monthOf(at)
			}
			r.add("escalation_rate", p, in, one(i.text("routed_to") == "village" || i.text("routed_to") == "town"), 1)
		}
		if isResolved {
			in := monthOf(resolved)
			fedBack, isTold := i.when("fed_back_at")
			r.add("feedback_rate", p, in, one(isTold && daysFrom(resolved, fedBack) <= r.rules.Issues.FeedbackDays), told("fed_back_at"))
			r.add("reopen_rate", p, in, one(r.reopened(issues, i, resolved)), 1)
			answered := i.text("satisfaction") != ""
			r.add("satisfaction_answered", p, in, one(answered), told("satisfaction"))
			if answered {
				r.add("satisfaction_rate", p, in, one(i.text("satisfaction") == "satisfied"), 1)
			}
		}
		for _, m := range r.months {
			end := r.asOf(m)
			if day(reported).After(end) || isResolved && !day(resolved).After(end) || told("resolved_at") == 0 {
				continue
			}
			overdue := hasDue && due.Before(end)
			r.add("open_issues", p, m, 1, 0)
			r.add("overdue_issues", p, m, one(overdue), 0)
			if overdue {
				pressed, ok := i.when("supervised_at")
				r.add("supervised_rate", p, m, one(ok && !day(pressed).After(end)), told("supervised_at"))
			}
		}
	}
	r.durations(issues)
}

// reopened looks for any issue that takes this one up again between its resolution and the limit.
func (r *reference) reopened(issues []row, i row, resolved time.Time) bool {
	return slices.ContainsFunc(issues, func(e row) bool {
		at, _ := e.when("reported_at")
		return e.text("reopened_from") == i.text("issue_id") && !at.Before(resolved) && daysFrom(resolved, at) <= r.rules.Issues.ReopenDays
	})
}

type spell struct {
	days  float64
	ended bool
}

func (r *reference) durations(issues []row) {
	end := r.cutOff.AddDate(0, 0, 1)
	type spellKey struct{ spell, level, unit, month string }
	spells := map[spellKey][]spell{}
	for _, i := range issues {
		at := map[string]time.Time{}
		for _, step := range []string{"reported_at", "classified_at", "routed_at", "resolved_at", "fed_back_at"} {
			if t, ok := i.when(step); ok {
				at[step] = t
			}
		}
		reached := func(steps ...string) bool {
			return slices.ContainsFunc(steps, func(s string) bool { _, ok := at[s]; return ok })
		}
		take := func(name, from, to string) {
			if !i.truth("tells " + to) {
				return
			}
			s := spell{days: end.Sub(at[from]).Hours() / 24}
			if t, ok := at[to]; ok {
				s = spell{days: math.Max(0, t.Sub(at[from]).Hours()/24), ended: true}
			}
			for k := range r.rules.Issues.SurvivalMonths {
				month := monthOf(monthStart(monthOf(at["reported_at"])).AddDate(0, k, 0))
				for level, unit := range map[string]string{"town": r.town(i.text("village_id")), "village": i.text("village_id"), "branch": i.text("branch_id")} {
					if unit != "" {
						key := spellKey{name, level, unit, month}
						spells[key] = append(spells[key], s)
					}
				}
			}
		}
		take("days_to_resolve", "reported_at", "resolved_at")
		if reached("classified_at") || !reached("routed_at", "resolved_at") {
			take("step_days_classify", "reported_at", "classified_at")
		}
		if reached("classified_at") && (reached("routed_at") || !reached("resolved_at")) {
			take("step_days_route", "classified_at", "routed_at")
		}
		if reached("routed_at") && (reached("resolved_at") || !reached("fed_back_at")) {
			take("step_days_resolve", "routed_at", "resolved_at")
		}
		if reached("resolved_at") {
			take("step_days_feedback", "resolved_at", "fed_back_at")
		}
	}
	for k, list := range spells {
		ended := 0.0
		for _, s := range list {
			ended += one(s.ended)
		}
		set := func(measure string, share float64) {
			r.set(measure, k.level, k.unit, k.month, ended, float64(len(list)), kaplanMeier(list, share))
		}
		if k.spell == "days_to_resolve" {
			set("days_to_resolve_median", .5)
			set("days_to_resolve_p75", .25)
		} else {
			set(k.spell, .5)
		}
	}
}

// kaplanMeier is the smallest time at which the product-limit estimate is at or below the share.
func kaplanMeier(spells []spell, share float64) *float64 {
	times := map[float64]bool{}
	for _, s := range spells {
		if s.ended {
			times[s.days] = true
		}
	}
	sorted := make([]float64, 0, len(times))
	for t := range times {
		sorted = append(sorted, t)
	}
	sort.Float64s(sorted)
	survivor := 1.0
	for _, t := range sorted {
		ended, risk := 0.0, 0.0
		for _, s := range spells {
			if s.days >= t {
				risk++
			}
			if s.ended && s.days == t {
				ended++
			}
		}
		survivor *= 1 - ended/risk
		if survivor <= share+1e-9 {
			return &t
		}
	}
	return nil
}
