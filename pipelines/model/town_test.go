package model

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"hulian/pipelines/warehouse"
)

// size is how large a town is that fill makes.
type size struct{ households, visits, members, points, issues int }

// programmes is the programme's town but for its visits, and fewer a town to try changes on: what is asked of it does not hang on
// how many members there are.
var (
	programmes = size{households: 13611, members: 1300, points: 60_000, issues: 2600}
	fewer      = size{households: 500, visits: 2000, members: 130, points: 3000, issues: 260}
)

// builtTown gives a warehouse of a town of fewer members whose models are built. It is made once and copied.
func builtTown(t testing.TB) *warehouse.Warehouse {
	t.Helper()
	made := filepath.Join(scratch, "built.duckdb")
	if _, err := os.Stat(made); errors.Is(err, os.ErrNotExist) {
		making := made + ".making"
		w := open(t, making)
		fill(t, w, fewer)
		build1(t, w)
		exec(t, w, "checkpoint")
		content, err := os.ReadFile(making)
		if err == nil {
			err = os.WriteFile(made, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(t.TempDir(), "warehouse.duckdb")
	content, err := os.ReadFile(made)
	if err == nil {
		err = os.WriteFile(own, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return open(t, own)
}

// scratch is a folder for what several tests begin with.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "model-*"); err != nil {
		panic(err)
	}
	status := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
	os.Exit(status)
}

// fill makes a town with the engine's own hash function as source of chance, so that models can be timed without files: 11 villages,
// 50 branches and 24 months; the programme's town has about 300,000 visits.
func fill(t testing.TB, w *warehouse.Warehouse, of size) {
	t.Helper()
	households, members := strconv.Itoa(of.households), strconv.Itoa(of.members)
	for _, statement := range []string{
		`insert into ops.files select 1, 'f1', 'all.csv', 'test', 1, timestamp '2018-01-31 08:00:00', date '2018-01-31', timestamp '2018-01-31 08:00:00', 'loaded', null`,
		`insert into exports.villages by name select 'V' || i as village_id, '村' || i as name, '逍林镇' as town,
			case when i <= 3 then date '2017-05-01' else date '2017-08-01' end as programme_start,
			case when i <= 3 then 'pilot' else 'rollout' end as phase, 1 as _file, i as _row from range(1, 12) r(i)`,
		`insert into exports.population by name select 'V' || i as village_id, d as as_of, 3000 + i * 100 as resident_population,
			2000 + i * 300 as migrant_population, 1 as _file, i as _row from range(1, 12) r(i), (values (date '2016-12-31'), (date '2017-12-31')) a(d)`,
		`insert into exports.branches by name select 'B' || i as branch_id, 'V' || (1 + i % 11) as village_id, '支部' || i as name, 'M' || i as secretary_id,
			3 as committee_count, 3 as group_count, 'C1' as town_cadre_id, 'C2' as village_cadre_id, true as display_village, true as display_branch,
			i % 7 > 0 as display_home, 1 as _file, i as _row from range(50) r(i)`,
		`insert into exports.members by name select 'M' || i as member_id, 'B' || (i % 50) as branch_id, '党员' || i as name,
			case when i % 10 = 9 then 'exempt' else 'active' end as duty_status, i < 85 as centre_household, 'member' as role, 1 as _file, i as _row from range(` + members + `) r(i)`,
		`insert into exports.cadres by name select 'C' || i as cadre_id, 'V' || (1 + i % 11) as village_id, 'village' as level, true as full_time, 1 as _file, i as _row from range(99) r(i)`,
		`insert into exports.households by name select 'H' || i as household_id, 'V' || (1 + (i % 50) % 11) as village_id, 'B' || (i % 50) as branch_id,
			3 as residents, 1 as migrants, case when i % 20 = 0 then 'low_income' else 'none' end as vulnerable, 'M' || (i % ` + members + `) as linked_member_id,
			case when i < 8400 then date '2017-06-01' end as card_issued_on, i % 3 > 0 as in_group, 1 as _file, i as _row from range(` + households + `) r(i)`,
		`insert into exports.posts by name select 'P' || i as post_id, 'M' || i % ` + members + ` as member_id, 'other' as kind, 'five_waters' as programme, date '2017-06-01' as claimed_on,
			1 as _file, i as _row from range(680) r(i)`,
		`insert into exports.issues by name select 'I' || i as issue_id, timestamp '2016-02-01 08:00:00' + (hash(i) % (730 * 1440)) * interval '1' minute as reported_at,
			'V' || (1 + (i % 50) % 11) as village_id, 'B' || (i % 50) as branch_id, 'H' || (i * 50 + i % 50) % ` + households + ` as household_id, 'M' || i % ` + members + ` as reporter_member_id,
			(['sanitation', 'roads', 'water', 'safety'])[1 + i % 4] as category, (['easy', 'medium', 'hard'])[1 + i % 3] as difficulty, i % 5 = 0 as on_the_spot,
			reported_at + interval '1' day as classified_at, reported_at + interval '2' day as routed_at, 'village' as routed_to,
			cast(reported_at as date) + 7 as due_on, case when i % 4 > 0 then reported_at + (3 + hash(i, 1) % 20) * interval '1' day end as resolved_at,
			case when i % 4 > 1 then reported_at + (25 + hash(i, 2) % 5) * interval '1' day end as fed_back_at,
			case when i % 4 > 1 then 'satisfied' end as satisfaction, '路灯' as title, 1 as _file, i as _row from range(` + strconv.Itoa(of.issues) + `) r(i)`,
		`insert into exports.points by name select 'E' || i as entry_id, 'M' || i % ` + members + ` as member_id, date '2016-02-01' + cast(hash(i) % 730 as integer) as awarded_on,
			1 + hash(i, 1) % 5 as points, 'linking' as category, 1 as _file, i as _row from range(` + strconv.Itoa(of.points) + `) r(i)`,
		`insert into exports.meetings by name select 'B' || b as branch_id, 'reconciliation' as kind, cast(date '2016-02-10' + m * interval '1' month as date) as held_on,
			25 as expected, 20 as present, 10 as items_checked, 8 as items_done, 1 as _file, b as _row from range(50) r(b), range(24) s(m)`,
		`insert into exports.ratings by name select 'B' || b as branch_id, p as period, 1 + hash(b, p) % 5 as stars, 1 as _file, b as _row
			from range(50) r(b), (values ('2016H1'), ('2016H2'), ('2017H1'), ('2017H2')) s(p)`,
	} {
		exec(t, w, statement)
	}
	exec(t, w, `insert into exports.visits by name
		select 'X' || i as visit_id, 'H' || h as household_id, 'M' || (h % `+members+`) as member_id,
			timestamp '2016-02-01 08:00:00' + (hash(i) % (730 * 1440)) * interval '1' minute as visited_at,
			'home' as channel, '走访了解到的情况' || (hash(i, 2) % 5000) as note, 1 as _file, i as _row
		from (select i, hash(i, 3) % `+households+` as h from range(`+strconv.Itoa(of.visits)+`) r(i)) order by visited_at`)
}
