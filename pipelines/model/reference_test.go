package model

import (
	"context"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// reference computes every measure a second time, slowly and in another way: from the exports' rows, by loops over
// units, months and rows as design/metrics.md words them, without SQL.
type reference struct {
	t                  testing.TB
	cutOff             time.Time
	rules              data.Programme
	tables             map[string][]row // exports.x and history.x
	files              map[int64]row
	lacks              map[[2]any]bool // file and column of issues that it does not give
	months             []string
	villages, branches map[string]row
	stays, standings   map[string][]version // of branches in villages, of members in branches
	members            map[string]row       // as last known
	sums               map[refKey]*refValue
	silent             map[unknownKey]string
	known              []row                    // issues as of the cut-off, and which columns they tell
	shown              map[[3]string][2]float64 // evidence: measure, branch and month → of how many how many, where it is known
}

type row map[string]any

func (r row) text(c string) string { s, _ := r[c].(string); return s }
func (r row) number(c string) float64 {
	switch v := r[c].(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
func (r row) truth(c string) bool             { b, _ := r[c].(bool); return b }
func (r row) when(c string) (time.Time, bool) { t, ok := r[c].(time.Time); return t, ok }

type refKey struct{ measure, level, unit, month string }

type refValue struct {
	num, den float64
	value    *float64 // of measures that do not add up
	own      bool
}

// place is where something counts; empty parts are unknown.
type place struct{ town, village, branch, member string }

func (p place) unit(level queries.Level) string {
	switch level {
	case queries.Town:
		return p.town
	case queries.Village:
		return p.village
	case queries.Branch:
		return p.branch
	case queries.Member:
		return p.member
	default:
		panic("there is no level " + string(level))
	}
}

func day(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

func daysFrom(a, b time.Time) int { return int(math.Round(day(b).Sub(day(a)).Hours() / 24)) }

func monthOf(t time.Time) string { return t.Format("2006-01") }

func monthStart(month string) time.Time {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		panic(err)
	}
	return t
}

func monthEnd(month string) time.Time { return monthStart(month).AddDate(0, 1, -1) }

// asOf is the day a month is known as of.
func (r *reference) asOf(month string) time.Time {
	if e := monthEnd(month); e.Before(r.cutOff) {
		return e
	}
	return r.cutOff
}

func newReference(t testing.TB, w *warehouse.Warehouse, cutOff time.Time, rules data.Programme) *reference {
	r := &reference{t: t, cutOff: cutOff, rules: rules, tables: map[string][]row{}, files: map[int64]row{},
		villages: map[string]row{}, sums: map[refKey]*refValue{}, shown: map[[3]string][2]float64{}}
	for _, c := range data.Contracts() {
		for _, schema := range []string{"exports.", "history."} {
			r.tables[schema+c.Export] = r.read(w, "select * from "+schema+c.Export)
		}
	}
	for _, table := range []string{"ops.reconciliation", "ops.problems", "ops.quarantine", "ops.copies"} {
		r.tables[table] = r.read(w, "select * from "+table)
	}
	r.lacks = map[[2]any]bool{}
	for _, l := range r.read(w, "select * from ops.lacks where export = 'issues'") {
		r.lacks[[2]any{l["file_no"], l.text("column_id")}] = true
	}
	for _, f := range r.read(w, "select * from ops.files") {
		r.files[f["file_no"].(int64)] = f
	}
	for _, v := range r.tables["exports.villages"] {
		r.villages[v.text("village_id")] = v
	}
	r.branches = r.lastKnown("branches", "branch_id")
	r.members = r.lastKnown("members", "member_id")
	r.stays = r.versions("branches", "branch_id", "village_id", "")
	first := time.Time{}
	for export, column := range map[string]string{"visits": "visited_at", "issues": "reported_at", "points": "awarded_on", "meetings": "held_on", "tasks": "claimed_on"} {
		for _, e := range r.tables["exports."+export] {
			if at, ok := e.when(column); ok && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
	}
	if first.IsZero() || first.After(cutOff) {
		first = cutOff
	}
	for m := monthStart(monthOf(first)); !m.After(cutOff); m = m.AddDate(0, 1, 0) {
		r.months = append(r.months, monthOf(m))
	}
	return r
}

// lastKnown is the registry's row of each key, or the last one before the key left the registry.
func (r *reference) lastKnown(export, key string) map[string]row {
	known := map[string]row{}
	for _, x := range r.tables["history."+export] {
		have, ok := known[x.text(key)]
		if !ok || x["_until_file"].(int64) > have["_until_file"].(int64) {
			known[x.text(key)] = x
		}
	}
	for _, x := range r.tables["exports."+export] {
		known[x.text(key)] = x
	}
	return known
}

func (r *reference) read(q pipelines.Querier, sql string) []row {
	table, err := q.Query(context.Background(), sql)
	if err != nil {
		r.t.Fatal(err)
	}
	var rows []row
	for _, values := range table.Rows {
		one := row{}
		for i, c := range table.Columns {
			one[c] = values[i]
		}
		rows = append(rows, one)
	}
	return rows
}

// speaksFor is the day a file speaks for: never after the cut-off, as of which everything is known.
func (r *reference) speaksFor(file any) time.Time {
	f, ok := r.files[file.(int64)]
	if !ok {
		return time.Time{}
	}
	on, ok := f.when("as_of")
	if !ok {
		on, _ = f.when("received_at")
	}
	if on = day(on); on.After(r.cutOff) {
		return r.cutOff
	}
	return on
}

type version struct {
	row
	from, until time.Time
	file        int64
}

var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// versions says of each key of a registry which row held when. Within is the place of which the first file stands in
// for the time before it, for what no earlier file placed elsewhere; dated a column whose own date goes before the file's.
func (r *reference) versions(export, key, within, dated string) map[string][]version {
	var all []version
	for _, x := range r.tables["exports."+export] {
		all = append(all, version{row: x, from: r.speaksFor(x["_file"]), until: forever, file: x["_file"].(int64)})
	}
	for _, x := range r.tables["history."+export] {
		all = append(all, version{row: x, from: r.speaksFor(x["_file"]), until: r.speaksFor(x["_until_file"]), file: x["_file"].(int64)})
	}
	all = slices.DeleteFunc(all, func(v version) bool { return !v.from.Before(v.until) })
	first, own := map[string]time.Time{}, map[string]time.Time{}
	for _, v := range all {
		if f, ok := first[v.text(within)]; !ok || v.from.Before(f) {
			first[v.text(within)] = v.from
		}
		if f, ok := own[v.text(key)]; !ok || v.from.Before(f) {
			own[v.text(key)] = v.from
		}
	}
	byKey := map[string][]version{}
	for _, v := range all {
		if v.from.Equal(first[v.text(within)]) && v.from.Equal(own[v.text(key)]) {
			v.from = time.Time{}
		}
		if at, ok := v.when(dated); ok {
			v.from = day(at)
		}
		byKey[v.text(key)] = append(byKey[v.text(key)], v)
	}
	for k, list := range byKey {
		sort.SliceStable(list, func(i, j int) bool { return list[i].file < list[j].file })
		for i := range list {
			for _, later := range list[i+1:] {
				if later.from.Before(list[i].until) {
					list[i].until = later.from
				}
			}
		}
		byKey[k] = list
	}
	return byKey
}

// holding returns the version of each key that holds on a day.
func holding(versions map[string][]version, on time.Time) map[string]version {
	found := map[string]version{}
	for key, list := range versions {
		for _, v := range list {
			if !on.Before(v.from) && on.Before(v.until) {
				found[key] = v
			}
		}
	}
	return found
}

func (r *reference) town(village string) string { return r.villages[village].text("town") }

// branchPlace is where a branch lay on a day, or where it was last known.
func (r *reference) branchPlace(branch string, on time.Time) place {
	village := r.branches[branch].text("village_id")
	if v, ok := holding(map[string][]version{"": r.stays[branch]}, on)[""]; ok {
		village = v.text("village_id")
	}
	return place{town: r.town(village), village: village, branch: branch}
}

// add counts something of a measure at every level of the measure.
func (r *reference) add(measure string, p place, month string, num, den float64) {
	m, ok := queries.MeasureOf(measure)
	if !ok {
		r.t.Fatalf("no measure %s", measure)
	}
	for _, level := range m.Levels {
		if unit := p.unit(level); unit != "" {
			v := r.at(refKey{measure, string(level), unit, month})
			v.num += num
			v.den += den
		}
	}
}

func (r *reference) at(k refKey) *refValue {
	if r.sums[k] == nil {
		r.sums[k] = &refValue{}
	}
	return r.sums[k]
}

// set gives the value of a measure that does not add up.
func (r *reference) set(measure, level, unit, month string, num, den float64, value *float64) {
	*r.at(refKey{measure, level, unit, month}) = refValue{num: num, den: den, value: value, own: true}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// show counts evidence for or against a branch; what is not known of its village in the month is none.
func (r *reference) show(measure string, p place, month string, num, den float64) {
	if r.silent[unknownKey{measure, p.village, month}] == "" {
		have := r.shown[[3]string{measure, p.branch, month}]
		r.shown[[3]string{measure, p.branch, month}] = [2]float64{have[0] + num, have[1] + den}
	}
}

func (r *reference) compute() {
	r.silent = r.unknown()
	r.issues()
	r.registries()
	r.events()
	r.merged()
	r.ratings()
	r.approvals()
	r.memberPeriods()
	r.appraisals()
	r.villageRules()
	r.quality()
	r.received()
}

// latest is the newest of days that is not after one.
func latest(days []time.Time, end time.Time) (last time.Time) {
	for _, on := range days {
		if !on.After(end) && on.After(last) {
			last = on
		}
	}
	return last
}

// countOf is how many of the days lie in a month.
func countOf(days []time.Time, month string) (n int) {
	for _, on := range days {
		if monthOf(on) == month {
			n++
		}
	}
	return n
}

func (r *reference) registries() {
	households := r.versions("households", "household_id", "village_id", "")
	members := r.versions("members", "member_id", "branch_id", "valid_from")
	cadres := r.versions("cadres", "cadre_id", "village_id", "")
	posts := r.versions("posts", "post_id", "kind", "")
	visitedOn := map[string][]time.Time{}
	visitsBy := map[string]float64{} // member|month
	var firstVisit time.Time
	for _, v := range r.tables["exports.visits"] {
		at, _ := v.when("visited_at")
		if day(at).After(r.cutOff) {
			continue
		}
		if firstVisit.IsZero() || at.Before(firstVisit) {
			firstVisit = at
		}
		visitedOn[v.text("household_id")] = append(visitedOn[v.text("household_id")], day(at))
		visitsBy[v.text("member_id")+"|"+monthOf(at)]++
	}
	pointsOf, entriesOf := map[string]float64{}, map[string]float64{}
	for _, e := range r.tables["exports.points"] {
		if on, _ := e.when("awarded_on"); !on.After(r.cutOff) {
			pointsOf[e.text("member_id")+"|"+monthOf(on)] += e.number("points")
			entriesOf[e.text("member_id")+"|"+monthOf(on)]++
		}
	}
	doubts := r.doubtful(households, members)
	undoubted := map[string]bool{}                                          // household|month
	undoubtedOn, undoubtedBy := map[string][]time.Time{}, map[string]bool{} // household; member|month
	for _, v := range r.tables["exports.visits"] {
		if at, _ := v.when("visited_at"); !day(at).After(r.cutOff) && !doubts[v.text("visit_id")] {
			undoubted[v.text("household_id")+"|"+monthOf(at)] = true
			undoubtedOn[v.text("household_id")] = append(undoubtedOn[v.text("household_id")], day(at))
			undoubtedBy[v.text("member_id")+"|"+monthOf(at)] = true
		}
	}
	for _, month := range r.months {
		end := r.asOf(month)
		r.populations(month, end)
		standing := holding(members, end)
		linked := map[string]float64{}
		homes := holding(households, end)
		for id, h := range homes {
			p := place{town: r.town(h.text("village_id")), village: h.text("village_id"), branch: h.text("branch_id")}
			if since, ok := h.when("linked_since"); !ok || !since.After(end) {
				p.member = h.text("linked_member_id")
			}
			if p.member != "" {
				linked[p.member]++
			}
			visited, last := slices.ContainsFunc(visitedOn[id], func(on time.Time) bool { return monthOf(on) == month }), latest(visitedOn[id], end)
			vulnerable := h.text("vulnerable") != "" && h.text("vulnerable") != "none"
			card, hasCard := h.when("card_issued_on")
			r.add("household_coverage", p, month, one(visited), 1)
			times := countOf(visitedOn[id], month)
			r.add("visited_once", p, month, one(times == 1), 1)
			r.add("visited_twice", p, month, one(times == 2), 1)
			r.add("visited_often", p, month, one(times >= 3), 1)
			r.add("undoubted_coverage", p, month, one(undoubted[id+"|"+month]), 1)
			r.show("household_coverage", p, month, one(undoubted[id+"|"+month]), 1)
			r.add("linked_rate", p, month, one(p.member != ""), 1)
			if basis := h.text("link_basis"); p.member != "" && basis != "" {
				r.add("links_near", p, month, one(basis == "near"), 1)
				r.add("links_kin", p, month, one(basis == "kin"), 1)
				r.add("links_convenient", p, month, one(basis == "convenient"), 1)
			}
			if origin := h.text("link_origin"); p.member != "" && origin != "" {
				r.add("links_appointed", p, month, one(origin == "appointed"), 1)
			}
			r.add("card_rate", p, month, one(hasCard && !card.After(end)), 1)
			r.add("group_rate", p, month, one(h.truth("in_group")), 1)
			r.add("households_per_active_member", p, month, 1, 0)
			if vulnerable {
				r.add("vulnerable_coverage", p, month, one(visited), 1)
				r.add("undoubted_vulnerable_coverage", p, month, one(undoubted[id+"|"+month]), 1)
			}
			if !firstVisit.IsZero() && daysFrom(firstVisit, end) >= r.rules.Linking.UnvisitedDays {
				r.add("unvisited_share", p, month, one(last.IsZero() || daysFrom(last, end) > r.rules.Linking.UnvisitedDays), 1)
				last = latest(undoubtedOn[id], end)
				r.add("undoubted_unvisited_share", p, month, one(last.IsZero() || daysFrom(last, end) > r.rules.Linking.UnvisitedDays), 1)
			}
		}
		posted := map[string]bool{}
		for _, o := range holding(posts, end) {
			from, hasFrom := o.when("claimed_on")
			until, hasUntil := o.when("released_on")
			if (!hasFrom || !from.After(end)) && (!hasUntil || end.Before(until)) {
				posted[o.text("member_id")] = true
			}
		}
		r.exemptions(month, end, standing)
		active := map[string][]float64{} // points of active members by level|unit, for Gini
		for id, m := range standing {
			p := r.branchPlace(m.text("branch_id"), end)
			p.member = id
			r.add("active_share", p, month, one(m.text("duty_status") == "active"), 1)
			if m.text("duty_status") != "active" {
				continue
			}
			key := id + "|" + month
			r.add("visits_per_active_member", p, month, 0, 1)
			r.add("silent_members", p, month, one(visitsBy[key] == 0), 1)
			r.add("undoubted_silent_members", p, month, one(!undoubtedBy[key]), 1)
			r.add("overloaded_members", p, month, one(linked[id] > float64(r.rules.Linking.HouseholdsLimit)), 1)
			r.add("people_per_active_member", p, month, 0, 1)
			r.add("people_per_hand", p, month, 0, 1)
			r.add("hands_multiplier", p, month, 1, 0)
			r.add("households_per_active_member", p, month, 0, 1)
			r.add("points_per_member", p, month, pointsOf[key], 1)
			r.add("members_with_points", p, month, one(entriesOf[key] > 0), 1)
			r.add("posts_rate", p, month, one(posted[id]), 1)
			for level, unit := range map[string]string{"town": p.town, "village": p.village, "branch": p.branch} {
				active[level+"|"+unit] = append(active[level+"|"+unit], math.Max(0, pointsOf[key]))
			}
		}
		for key, points := range active {
			level, unit, _ := strings.Cut(key, "|")
			num, total, value := giniByPairs(points)
			r.set("points_gini", level, unit, month, num, total, value)
		}
		for _, c := range holding(cadres, end) {
			if c.text("level") == "village" && c.truth("full_time") {
				p := place{town: r.town(c.text("village_id")), village: c.text("village_id")}
				r.add("people_per_cadre", p, month, 0, 1)
				r.add("people_per_hand", p, month, 0, 1)
				r.add("hands_multiplier", p, month, 1, 1)
			}
		}
		r.branchMonth(month, end, holding(r.stays, end))
		for _, v := range r.tables["exports.visits"] {
			at, _ := v.when("visited_at")
			if monthOf(at) != month || day(at).After(r.cutOff) {
				continue
			}
			p := place{}
			if h, ok := homes[v.text("household_id")]; ok {
				p = place{town: r.town(h.text("village_id")), village: h.text("village_id"), branch: h.text("branch_id")}
			} else if m, ok := standing[v.text("member_id")]; ok {
				p = r.branchPlace(m.text("branch_id"), end)
			}
			p.member = v.text("member_id")
			r.add("visits_per_active_member", p, month, 1, 0)
			r.add("month_end_share", p, month, one(daysFrom(at, monthEnd(month)) < r.rules.Linking.MonthEndDays), 1)
			r.add("doubtful_visits", p, month, one(doubts[v.text("visit_id")]), 1)
			r.add("doubtful_share", p, month, one(doubts[v.text("visit_id")]), 1)
			r.duties(v, p, month)
		}
	}
}

// giniByPairs is half the mean difference of all pairs over the mean.
func giniByPairs(x []float64) (num, total float64, value *float64) {
	differences := 0.0
	for _, a := range x {
		total += a
		for _, b := range x {
			differences += math.Abs(a - b)
		}
	}
	num = differences / 2 / float64(len(x))
	if total > 0 {
		v := num / total
		value = &v
	}
	return num, total, value
}

func (r *reference) populations(month string, end time.Time) {
	newest := map[string]row{}
	for _, c := range r.tables["exports.population"] {
		village := c.text("village_id")
		at, _ := c.when("as_of")
		have, ok := newest[village]
		if !ok {
			newest[village] = c
			continue
		}
		had, _ := have.when("as_of")
		switch {
		case had.After(end) && at.Before(had), !at.After(end) && at.After(had):
			newest[village] = c
		}
	}
	for village, c := range newest {
		p := place{town: r.town(village), village: village}
		people := c.number("resident_population") + c.number("migrant_population")
		for _, per := range []string{"report_intensity", "migrant_share"} {
			r.add(per, p, month, 0, people)
		}
		r.add("migrant_share", p, month, c.number("migrant_population"), 0)
		for _, of := range []string{"people_per_cadre", "people_per_active_member", "people_per_hand"} {
			r.add(of, p, month, people, 0)
		}
	}
}

func (r *reference) branchMonth(month string, end time.Time, branches map[string]version) {
	for id, b := range branches {
		p := place{town: r.town(b.text("village_id")), village: b.text("village_id"), branch: id}
		rules := r.rules.Branch
		liaison := int(one(b.text("town_cadre_id") != "") + one(b.text("village_cadre_id") != ""))
		r.add("branch_structure", p, month, one(int(b.number("committee_count")) >= rules.Committee && int(b.number("group_count")) >= rules.Groups && liaison >= rules.LiaisonCadres), 1)
		r.add("display_rate", p, month, one(b.truth("display_village") && b.truth("display_branch") && b.truth("display_home")), 1)
		met, life := false, false
		for _, e := range r.tables["exports.meetings"] {
			on, _ := e.when("held_on")
			if e.text("branch_id") != id || on.After(r.cutOff) {
				continue
			}
			life = life || e.text("kind") == "organisation_life" && on.Year() == end.Year() && !on.After(end)
			if monthOf(on) != month {
				continue
			}
			met = met || e.text("kind") == "reconciliation"
			if e["expected"] != nil && e["present"] != nil {
				r.add("attendance_rate", p, month, e.number("present"), e.number("expected"))
			}
			if e["items_checked"] != nil && e["items_done"] != nil {
				r.add("items_done_rate", p, month, e.number("items_done"), e.number("items_checked"))
			}
		}
		r.add("reconciliation_rate", p, month, one(met), 1)
		r.show("reconciliation_rate", p, month, one(met), 1)
		r.add("organisation_life", p, month, one(life), 1)
	}
}
