package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hulian/data"
	"hulian/data/trials"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// changes are what happens to loaded data between two builds: late rows, corrections and withdrawals of one month, of
// several, of registries, which touch all months, and of days that make months begin earlier or be no more.
var changes = []func(r *rand.Rand) string{
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set household_id = 'H%d' where visit_id in ('X%d', 'X%d', 'X%d')", r.IntN(fewer.households), r.IntN(fewer.visits), r.IntN(fewer.visits), r.IntN(fewer.visits))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set visited_at = visited_at - interval '%d' day where visit_id = 'X%d'", 1+r.IntN(60), r.IntN(fewer.visits))
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
		return fmt.Sprintf("update exports.points set awarded_on = awarded_on - %d, points = 7 where entry_id = 'E%d'", r.IntN(40), r.IntN(fewer.points))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.households set linked_member_id = 'M%d', branch_id = 'B%d' where household_id = 'H%d'", r.IntN(fewer.members), r.IntN(50), r.IntN(fewer.households))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.members set duty_status = 'exempt' where member_id = 'M%d'", r.IntN(fewer.members))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.issues set resolved_at = reported_at + interval '%d' hour where issue_id = 'I%d'", r.IntN(900), r.IntN(fewer.issues))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.villages set name = '新村%d' where village_id = 'V%d'", r.IntN(9), 1+r.IntN(11))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("update exports.visits set visited_at = timestamp '2015-1%d-05 10:00:00' where visit_id = 'X%d'", r.IntN(3), r.IntN(fewer.visits))
	},
	func(r *rand.Rand) string {
		return "delete from exports.visits where visited_at < timestamp '2016-01-01'"
	},
	func(r *rand.Rand) string {
		return newList(r, "households", "household_id", "branch_id = 'B' || hash(household_id, _file) % 50, linked_member_id = 'M' || hash(household_id, _file) % 130")
	},
	func(r *rand.Rand) string {
		return newList(r, "members", "member_id", "branch_id = 'B' || hash(member_id, _file) % 50, duty_status = 'exempt', name = '党员改'")
	},
	func(r *rand.Rand) string {
		return newList(r, "posts", "post_id", "released_on = date '2017-09-10', member_id = 'M' || hash(post_id, _file) % 130")
	},
	func(r *rand.Rand) string {
		return newList(r, "branches", "branch_id", "secretary_id = null, village_id = 'V' || (1 + hash(branch_id, _file) % 11)")
	},
}

// newList sends some rows of a registry again, changed, in a file that speaks for a day of 2017; what they were stays in the
// history.
func newList(r *rand.Rand, table, id, set string) string {
	file := 2 + r.IntN(1_000_000_000)
	day := fmt.Sprintf("2017-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))
	return fmt.Sprintf(`insert into ops.files select %[1]d, 'f%[1]d', 'list.csv', 'test', 1, timestamp '%[2]s 08:00:00', date '%[2]s', timestamp '%[2]s 08:00:00', 'loaded', null;
		insert into history.%[3]s by name select *, %[1]d as _until_file from exports.%[3]s where hash(%[4]s, %[1]d) %% 9 = 0;
		update exports.%[3]s set %[5]s where hash(%[4]s, %[1]d) %% 9 = 0;
		update exports.%[3]s set _file = %[1]d where hash(%[4]s, %[1]d) %% 9 = 0`, file, day, table, id, set)
}

// cutOffs are days to which the cut-off moves between two builds: within a month, over its end, and back.
var cutOffs = []time.Time{
	demoCutOff, demoCutOff.AddDate(0, 0, -11), demoCutOff.AddDate(0, -1, 0), demoCutOff.AddDate(0, -2, -20), demoCutOff.AddDate(0, 0, 3),
}

func buildAt(t *testing.T, w *warehouse.Warehouse, cutOff time.Time) Result {
	t.Helper()
	result, err := Build(t.Context(), w, Config{CutOff: cutOff, Programme: data.DefaultProgramme()})
	if err != nil {
		t.Fatal(err)
	}
	return result
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
		fill(t, w, fewer)
		cutOff := demoCutOff
		buildAt(t, w, cutOff)
		// Each kind of change once, alone or in company, in any order.
		for n, i := range r.Perm(len(changes)) {
			made := []string{changes[i](r)}
			if r.IntN(3) == 0 {
				made = append(made, changes[r.IntN(len(changes))](r))
			}
			for _, change := range made {
				exec(t, w, change)
			}
			if r.IntN(3) == 0 {
				cutOff = cutOffs[r.IntN(len(cutOffs))]
				made = append(made, "cut-off "+cutOff.Format(time.DateOnly))
			}
			result := buildAt(t, w, cutOff)
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
			buildAt(t, w, cutOff)
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

// TestANewMonthLeavesTheOthers moves the cut-off from the end of one month to that of the next, with the visits and a list of
// households of the new month: what is counted of visits and households runs for the new month and no other.
func TestANewMonthLeavesTheOthers(t *testing.T) {
	w := open(t, "")
	fill(t, w, fewer)
	exec(t, w, "update ops.files set as_of = date '2017-12-31', received_at = timestamp '2017-12-31 08:00:00'")
	buildAt(t, w, time.Date(2017, 12, 31, 0, 0, 0, 0, time.UTC))
	exec(t, w, `insert into ops.files select 2, 'f2', 'list.csv', 'test', 1, timestamp '2018-01-31 08:00:00', date '2018-01-31', timestamp '2018-01-31 08:00:00', 'loaded', null;
		insert into history.households by name select *, 2 as _until_file from exports.households;
		update exports.households set linked_member_id = 'M7', _file = 2`)
	result := buildAt(t, w, demoCutOff)
	wanted := []string{"intermediate.int_doubtful_visits", "intermediate.int_visits_by_month", "intermediate.int_households_by_month", "intermediate.int_member_months"}
	for _, name := range wanted {
		i := slices.IndexFunc(result.Built, func(m Built) bool { return m.Name == name })
		if i < 0 || !slices.Equal(result.Built[i].Months, []string{"2018-01"}) {
			t.Errorf("%s was not rebuilt for the new month alone: %v", name, result.Built[max(i, 0)].Months)
		}
	}
}

// visitsChanged builds a town, moves five visits between two days to another member, builds again and returns the second result.
func visitsChanged(t *testing.T, from, until string) Result {
	t.Helper()
	w := builtTown(t)
	exec(t, w, fmt.Sprintf("update exports.visits set member_id = 'M3' where visit_id in (select visit_id from exports.visits where visited_at >= timestamp '%s' and visited_at < timestamp '%s' limit 5)", from, until))
	return build1(t, w)
}

// TestOneMonthLeavesTheOthers shows what a changed month costs: the models of visits run for that month and no other, and
// those that do not hang on visits do not run.
func TestOneMonthLeavesTheOthers(t *testing.T) {
	result := visitsChanged(t, "2018-01-20", "2018-02-01")
	wanted := []string{"intermediate.int_visits_by_month", "intermediate.int_member_months", "intermediate.int_unit_months", "intermediate.int_measures"}
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

// TestAVisitIsLookedBackAtForSoLong changes a visit of March: who was not visited for sixty days is counted again until May, and no
// later month runs.
func TestAVisitIsLookedBackAtForSoLong(t *testing.T) {
	result := visitsChanged(t, "2017-03-05", "2017-03-20")
	i := slices.IndexFunc(result.Built, func(m Built) bool { return m.Name == "intermediate.int_households_by_month" })
	if i < 0 || !slices.Equal(result.Built[i].Months, []string{"2017-03", "2017-04", "2017-05"}) {
		t.Errorf("rebuilt: %+v", result.Built)
	}
}

// TestHistoriesEndAtLimitsThereAre: a name that is none of the limits would have all of the past read.
func TestHistoriesEndAtLimitsThereAre(t *testing.T) {
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		for _, source := range m.Header.History {
			if _, ok := limitOf(data.DefaultProgramme(), source.Within); source.Within != "" && !ok {
				t.Errorf("%s: %s is no limit of the programme", m.Path, source.Within)
			}
		}
	}
}
