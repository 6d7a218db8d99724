package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"hulian/data/trials"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// changes are what happens to loaded data between two builds: late rows, corrections and withdrawals of one month, of
// several, of registries, which touch all months, and of days that make months begin earlier or be no more.
var changes = []func(r *rand.Rand) string{
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set household_id = 'H%d' where visit_id in ('X%d', 'X%d', 'X%d')", r.IntN(500), r.IntN(2000), r.IntN(2000), r.IntN(2000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set visited_at = visited_at - interval '%d' day where visit_id = 'X%d'", 1+r.IntN(60), r.IntN(2000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set note = '走访了解到的情况很好很好很好', visited_at = timestamp '2017-%02d-03 09:30:10' where visit_id between 'X10' and 'X1%02d'", 1+r.IntN(12), r.IntN(30))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("delete from exports.visits where month(visited_at) = %d and hash(visit_id) %% 3 = 0", 1+r.IntN(12))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("delete from exports.visits where year(visited_at) = 2017 and month(visited_at) = %d", 1+r.IntN(12))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.points set awarded_on = awarded_on - %d, points = 7 where entry_id = 'E%d'", r.IntN(40), r.IntN(60000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.households set linked_member_id = 'M%d', branch_id = 'B%d' where household_id = 'H%d'", r.IntN(1300), r.IntN(50), r.IntN(500))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.members set duty_status = 'exempt' where member_id = 'M%d'", r.IntN(500))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.issues set resolved_at = reported_at + interval '%d' hour where issue_id = 'I%d'", r.IntN(900), r.IntN(2600))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.villages set name = '新村%d' where village_id = 'V%d'", r.IntN(9), 1+r.IntN(11))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set visited_at = timestamp '2015-1%d-05 10:00:00' where visit_id = 'X%d'", r.IntN(3), r.IntN(2000))
	},
	func(r *rand.Rand) string {
		return "delete from exports.visits where visited_at < timestamp '2016-01-01'"
	},
}

// TestMonthsAreRebuiltAsTheWhole builds after every change, months where the models say so, and after every second
// compares every table with a build of the same data from nothing.
func TestMonthsAreRebuiltAsTheWhole(t *testing.T) {
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	inMonths := 0
	for seed := range trials.Seeds(t, 1) {
		r := rand.New(rand.NewPCG(uint64(seed), 4))
		w := open(t, "")
		fill(t, w, 500, 2000)
		build1(t, w)
		// Each kind of change once, alone or in company, in any order.
		for n, i := range r.Perm(len(changes)) {
			made := []string{changes[i](r)}
			if r.IntN(3) == 0 {
				made = append(made, changes[r.IntN(len(changes))](r))
			}
			for _, change := range made {
				exec(t, w, change)
			}
			result := build1(t, w)
			for _, m := range result.Built {
				if m.Months != nil {
					inMonths++
				}
			}
			if n%2 == 0 { // what goes wrong now is seen after the next change too
				continue
			}
			stepwise := contents(t, w, models)
			exec(t, w, "delete from ops.fingerprints")
			build1(t, w)
			for name, whole := range contents(t, w, models) {
				if stepwise[name] != whole {
					t.Fatalf("seed %d, after %q: %s: %s by months, %s from nothing", seed, made, name, stepwise[name], whole)
				}
			}
		}
	}
	if inMonths == 0 {
		t.Error("no model was rebuilt by months")
	}
}

func contents(t testing.TB, w *warehouse.Warehouse, models []queries.Model) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range models {
		content, err := ContentOf(t.Context(), w, m.Name)
		if err != nil {
			t.Fatal(err)
		}
		all[m.Name] = content
	}
	return all
}

// TestOneMonthLeavesTheOthers shows what a changed month costs: the models of visits run for that month and no other, and
// those that do not hang on visits do not run.
func TestOneMonthLeavesTheOthers(t *testing.T) {
	w := open(t, "")
	fill(t, w, 500, 2000)
	build1(t, w)
	exec(t, w, "update exports.visits set member_id = 'M3' where visit_id in (select visit_id from exports.visits where visited_at >= timestamp '2018-01-20' limit 5)")
	result := build1(t, w)
	wanted := []string{"intermediate.int_visits_by_month", "intermediate.int_member_months", "intermediate.int_unit_months", "marts.measures"}
	for _, m := range result.Built {
		if i := slices.Index(wanted, m.Name); i >= 0 {
			if !slices.Equal(m.Months, []string{"2018-01"}) {
				t.Errorf("%s was rebuilt for %v", m.Name, m.Months)
			}
			wanted = slices.Delete(wanted, i, i+1)
		}
	}
	if len(wanted) > 0 {
		t.Errorf("a visit of January changed and these did not run: %v", wanted)
	}
	for _, name := range []string{"intermediate.int_points_days", "intermediate.int_issues", "marts.points_rhythm", "intermediate.int_told_measures"} {
		if i := slices.IndexFunc(result.Built, func(m Built) bool { return m.Name == name }); i >= 0 && name != "intermediate.int_told_measures" {
			t.Errorf("a visit of January changed and %s ran", name)
		}
	}
}
