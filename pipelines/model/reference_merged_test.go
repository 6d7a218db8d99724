package model

import (
	"fmt"
	"math/rand/v2"
)

// merged fills the small exports that tie the organisation together. It draws from a stream of its own.
func (s *scattered) merged() {
	own := &scattered{t: s.t, w: s.w, rng: rand.New(rand.NewPCG(s.rng.Uint64(), 12)), rows: s.rows}
	for v := range 3 {
		for k := range 2 {
			own.row("exports.river_segments", 1, "segment_id", fmt.Sprintf("'R%d%d'", v, k), "river", id("江", k), "village_id", id("V", v),
				"from_m", own.one("null", own.n(1, 400)), "length_m", own.n(1, 600))
		}
	}
	for z := range 50 {
		own.row("exports.rectifications", 1, "rectification_id", id("Z", z), "branch_id", id("B", own.rng.IntN(7)), "found_on", own.date(), "shortcoming", "'不足'",
			"mended_on", own.one("null", own.date()))
	}
	for v := range 3 {
		for k := range 12 {
			own.row("exports.round_tables", 1, "village_id", id("V", v), "held_on", fmt.Sprintf("date '2017-03-05' + %d", 29*k+own.rng.IntN(20)), "attended", own.one("null", "20"))
		}
	}
}

// tieTogether fills the columns of other exports that say how the organisation hangs together.
func (s *scattered) tieTogether() {
	for _, schema := range []string{"exports", "history"} {
		s.exec(`update %s.branches set governance_grid_id = case hash(branch_id, _file) %% 5 when 0 then null else 'W' || hash(branch_id, _file) %% 3 end,
			group_village_branch = case hash(_file, branch_id) %% 4 when 0 then null else hash(_file, branch_id) %% 4 > 1 end,
			group_branch_member = case hash(branch_id, 1, _file) %% 4 when 0 then null else hash(branch_id, 1, _file) %% 4 > 1 end`, schema)
		s.exec("update %s.households set governance_grid_id = case hash(household_id, _file) %% 4 when 0 then null else 'W' || hash(household_id, _file) %% 3 end", schema)
		s.exec(`update %s.posts set river = case hash(post_id) %% 4 when 0 then null else '江' || hash(post_id) %% 3 end,
			segment_from = case hash(post_id, 1) %% 9 when 0 then null else hash(post_id, 1) %% 700 end, segment_to = hash(post_id, 2) %% 700`, schema)
		s.exec("update %s.members set centre_household = null where hash(member_id) %% 5 = 0", schema)
	}
	s.exec(`update exports.issues set at_round_table = case hash(issue_id) %% 4 when 0 then null when 1 then false else true end,
		responsible_cadre_id = case hash(issue_id, 1) %% 3 when 0 then null else 'C1' end, supervisor_id = case hash(issue_id, 2) %% 3 when 0 then null else 'C0' end`)
}

// merged counts what ties the organisation together.
func (r *reference) merged() {
	households := r.versions("households", "household_id", "village_id", "")
	posts := r.versions("posts", "post_id", "kind", "")
	for _, month := range r.months {
		end := r.asOf(month)
		branches := holding(r.stays, end)
		for _, h := range holding(households, end) {
			p := place{town: r.town(h.text("village_id")), village: h.text("village_id"), branch: h.text("branch_id")}
			if own := branches[p.branch].text("governance_grid_id"); own != "" && h.text("governance_grid_id") != "" {
				r.add("grids_agree", p, month, one(own == h.text("governance_grid_id")), 1)
			}
		}
		for id, b := range branches {
			if b.row["group_village_branch"] != nil && b.row["group_branch_member"] != nil {
				p := place{town: r.town(b.text("village_id")), village: b.text("village_id"), branch: id}
				r.add("branch_groups", p, month, one(b.truth("group_village_branch") && b.truth("group_branch_member")), 1)
			}
		}
		centre := map[string]bool{}
		for _, m := range holding(r.versionsOfMembers(), end) {
			if m.row["centre_household"] != nil {
				centre[m.text("branch_id")] = centre[m.text("branch_id")] || m.truth("centre_household")
			}
		}
		for id, has := range centre {
			r.add("centre_branches", r.branchPlace(id, end), month, one(has), 1)
		}
		for _, z := range r.tables["exports.rectifications"] {
			found, _ := z.when("found_on")
			mended, isMended := z.when("mended_on")
			if !found.After(end) {
				r.add("shortcomings_mended", r.branchPlace(z.text("branch_id"), end), month, one(isMended && !mended.After(end)), 1)
			}
		}
		r.rivers(month, holding(posts, end))
		r.holders(month)
	}
	for _, s := range r.tables["exports.round_tables"] {
		if on, _ := s.when("held_on"); !on.After(r.cutOff) {
			r.add("round_tables_held", place{town: r.town(s.text("village_id")), village: s.text("village_id")}, monthOf(on), 1, 0)
		}
	}
}

// rivers walks along every stretch of river metre by metre and asks whether somebody looks after it.
func (r *reference) rivers(month string, posts map[string]version) {
	type metre struct {
		town, river string
		at          int
	}
	looked, told, end := map[metre]bool{}, map[string]bool{}, r.asOf(month)
	for _, o := range posts {
		from, hasFrom := o.when("claimed_on")
		until, hasUntil := o.when("released_on")
		town := r.memberPlace(o.text("member_id"), end).town
		if hasFrom && from.After(end) || hasUntil && !end.Before(until) || o.text("river") == "" || o.row["segment_from"] == nil || o.row["segment_to"] == nil || town == "" {
			continue
		}
		told[town] = true
		a, b := int(o.number("segment_from")), int(o.number("segment_to"))
		for at := min(a, b); at < max(a, b); at++ {
			looked[metre{town, o.text("river"), at}] = true
		}
	}
	for _, s := range r.tables["exports.river_segments"] {
		p := place{town: r.town(s.text("village_id")), village: s.text("village_id")}
		if !told[p.town] {
			continue
		}
		covered, from := 0.0, int(s.number("from_m"))
		for at := from; at < from+int(s.number("length_m")); at++ {
			covered += one(looked[metre{p.town, s.text("river"), at}])
		}
		r.add("river_covered", p, month, covered, s.number("length_m"))
	}
}

// holders counts the open issues of a month that name who holds them and who supervises them, and what round-tables brought.
func (r *reference) holders(month string) {
	end := r.asOf(month)
	for _, i := range r.knownIssues() {
		reported, _ := i.when("reported_at")
		resolved, isResolved := i.when("resolved_at")
		routed, isRouted := i.when("routed_at")
		due, hasDue := i.when("due_on")
		p := place{town: r.town(i.text("village_id")), village: i.text("village_id"), branch: i.text("branch_id")}
		if _, told := i["at_round_table"].(bool); told && monthOf(reported) == month {
			r.add("round_table_issues", p, month, one(i.truth("at_round_table")), 1)
		}
		if day(reported).After(end) || isResolved && !day(resolved).After(end) || !i.truth("tells resolved_at") {
			continue
		}
		if isRouted && !day(routed).After(end) && i.truth("tells responsible_cadre_id") {
			r.add("issues_with_holder", p, month, one(i.text("responsible_cadre_id") != ""), 1)
		}
		if hasDue && due.Before(end) && i.truth("tells supervisor_id") {
			r.add("overdue_with_supervisor", p, month, one(i.text("supervisor_id") != ""), 1)
		}
	}
}
