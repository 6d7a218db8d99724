package pagetest

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/model"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// Hostile is the name of a village chosen to break out of a page's script.
const Hostile = `</script><b>x`

// Town is a snapshot of the real engine, with the tables that publishing makes: a town of three villages with two branches each, twenty-four months, the published
// figures of the programme at the cut-off.
type Town struct{ *warehouse.Warehouse }

// FirstMonth and LastMonth bound the town's data; CutOff is the day it is known as of.
const (
	FirstMonth = "2016-02"
	LastMonth  = "2018-01"
	CutOff     = "2018-01-31"
	Name       = "试镇"
)

type place struct{ level, id, name, parent, village, branch string }

var places = []place{
	{"town", Name, Name, "", "", ""},
	{"village", "V1", "福合院村", Name, "V1", ""},
	{"village", "V2", "新园村", Name, "V2", ""},
	{"village", "V3", Hostile, Name, "V3", ""},
	{"branch", "B11", "福合院一支部", "V1", "V1", "B11"},
	{"branch", "B12", "福合院二支部", "V1", "V1", "B12"},
	{"branch", "B21", "新园一支部", "V2", "V2", "B21"},
	{"branch", "B22", "新园二支部", "V2", "V2", "B22"},
	{"branch", "B31", Hostile + " 一支部", "V3", "V3", "B31"},
	{"branch", "B32", "三村二支部", "V3", "V3", "B32"},
}

// stated are the published figures, which must come out exactly: measure, unit, numerator, denominator.
var stated = []struct {
	measure, unit string
	num, den      float64
}{
	{"resolution_rate_cumulative", Name, 910, 1170},
	{"card_rate", Name, 8400, 13611},
	{"linked_rate", Name, 13611, 13611},
	{"households_per_active_member", Name, 13611, 1161},
	{"people_per_cadre", "V1", 11042, 9},
	{"active_share", "V1", 150, 227},
	{"people_per_active_member", "V1", 11042, 150},
	{"people_per_hand", "V1", 11042, 159},
	{"hands_multiplier", "V1", 159, 9},
	{"migrant_share", "V1", 6179, 11042},
	{"satisfaction_rate", "B32", 3, 4}, // below every minimum base
}

// made is the town as a database file, which every test copies.
var made struct {
	once sync.Once
	file []byte
}

// New gives a town of its own to a test. The first one of a test binary makes it, the others copy it.
func New(tb testing.TB) *Town {
	tb.Helper()
	made.once.Do(func() { made.file = build(tb) })
	if made.file == nil {
		tb.Fatal("the town could not be made: see the first test that asked for it")
	}
	path := filepath.Join(tb.TempDir(), "town.duckdb")
	if err := os.WriteFile(path, made.file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return &Town{open(tb, path)}
}

func open(tb testing.TB, path string) *warehouse.Warehouse {
	tb.Helper()
	w, err := warehouse.Open(tb.Context(), warehouse.Config{Path: path, Threads: 1})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := w.Close(); err != nil {
			tb.Error(err)
		}
	})
	return w
}

// build publishes a town of which no file came, so that every table is there as the models make it, and puts the rows in.
func build(tb testing.TB) []byte {
	tb.Helper()
	dir := tb.TempDir()
	published := open(tb, filepath.Join(dir, "warehouse.duckdb"))
	cutOff, err := time.Parse(time.DateOnly, CutOff)
	if err == nil {
		err = published.Transact(tb.Context(), func(tx *warehouse.Tx) error { return ledger.Prepare(tb.Context(), tx) })
	}
	if err == nil {
		_, err = model.Build(tb.Context(), published, model.Config{CutOff: cutOff, Programme: data.DefaultProgramme()})
	}
	var g publish.Generation
	if err == nil {
		g, err = publish.Publish(tb.Context(), published, dir, publish.Manifest{Version: "test", CutOff: CutOff})
	}
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "town.duckdb")
	w, err := warehouse.Open(tb.Context(), warehouse.Config{Path: path, Threads: 1})
	if err != nil {
		tb.Fatal(err)
	}
	t := &Town{w}
	t.Exec(tb, fmt.Sprintf("attach '%s' as published (read_only)", g.Path))
	tables, err := t.Query(tb.Context(), "select table_name from information_schema.tables where table_catalog = 'published' and table_schema = 'main'")
	if err != nil {
		tb.Fatal(err)
	}
	for _, row := range tables.Rows {
		t.Exec(tb, fmt.Sprintf(`create table main."%[1]s" as from published.main."%[1]s" limit 0`, row[0]))
	}
	t.Exec(tb, "detach published")
	t.fill(tb)
	t.Exec(tb, "checkpoint")
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func (t *Town) fill(tb testing.TB) {
	for _, fact := range [][2]string{{"cut_off", CutOff}, {"first_month", FirstMonth}, {"last_month", LastMonth}, {"programme_start", "2017-05-01"}, {"town", Name}} {
		t.Exec(tb, "insert into snapshot_facts (key, value) values (?, ?)", fact[0], fact[1])
	}
	for _, p := range places {
		var phase, start any
		switch p.village {
		case "":
			start = "2017-05-01"
		case "V1":
			phase, start = "pilot", "2017-05-01"
		default:
			phase, start = "rollout", "2017-08-01"
		}
		t.Exec(tb, "insert into units (level, unit_id, unit_name, parent_id, town, village_id, branch_id, phase, programme_start) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", p.level, p.id, p.name, orNull(p.parent), Name, orNull(p.village), orNull(p.branch), phase, start)
	}
	t.measures(tb)
	t.rows(tb)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// measures fills the long table: every measure at its levels, slowly rising, with the stated figures at the last month.
func (t *Town) measures(tb testing.TB) {
	var rows []string
	var args []any
	start, _ := time.Parse("2006-01", FirstMonth)
	for _, m := range queries.Measures() {
		i := phaseOf(m.ID)
		for j, p := range places {
			if !m.At(queries.Level(p.level)) {
				continue
			}
			for k := range 24 {
				month := start.AddDate(0, k, 0).Format("2006-01")
				base := map[string]float64{"town": 600, "village": 200, "branch": 100}[p.level]
				num := math.Round(base * (0.5 + 0.01*float64(k) + 0.02*math.Sin(float64(i+j+3*k))))
				var den, value any
				if m.Rate() {
					den = base
					if m.ID == "completeness" { // all that was due came: four exports a village and month
						num, den = base/50, base/50
					}
					if month == LastMonth {
						for _, s := range stated {
							if s.measure == m.ID && s.unit == p.id {
								num, den = s.num, s.den
							}
						}
					}
					value = m.Scale * num / den.(float64)
				} else {
					value = num
				}
				var villages any // of the town: all that there are reported
				if p.level == "town" {
					villages = 3
				}
				rows = append(rows, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
				args = append(args, m.ID, p.level, p.id, p.name, month, num, den, value, villages, villages, CutOff)
			}
		}
		if len(rows) > 0 {
			t.Exec(tb, "insert into measures (measure, level, unit_id, unit_name, month, numerator, denominator, value, spoke, villages, cut_off) values "+strings.Join(rows, ", "), args...)
			rows, args = nil, nil
		}
	}
}

// phaseOf sets the course of a measure apart from that of others. It follows from its name, so that a new measure leaves the others as they are.
func phaseOf(measure string) int {
	h := fnv.New32a()
	h.Write([]byte(measure))
	return int(h.Sum32() % 1000)
}

// rows fills the other tables with a few rows each, one of every kind a page tells apart.
func (t *Town) rows(tb testing.TB) {
	// id, village, branch, category, reported, classified, routed, resolved, fed back, due, state, days overdue, days open, answer
	issues := [][]any{
		{"I1", "V1", "B11", "sanitation", "2017-06-03 09:00:00", "2017-06-03 12:00:00", "2017-06-04 09:00:00", "2017-06-08 09:00:00", "2017-06-10 09:00:00", "2017-06-10", "fed_back", nil, nil, "satisfied"},
		{"I2", "V1", "B12", "neighbours", "2017-12-01 09:00:00", "2017-12-02 09:00:00", "2017-12-03 09:00:00", nil, nil, "2017-12-08", "overdue", 54, 61, nil},
		{"I3", "V2", "B21", "sanitation", "2018-01-20 09:00:00", "2018-01-21 09:00:00", nil, nil, nil, "2018-01-27", "overdue", 4, 11, nil},
		{"I4", "V3", "B31", "sanitation", "2018-01-28 09:00:00", nil, nil, nil, nil, "2018-02-04", "open", nil, 3, nil},
		{"I5", "V2", "B22", "other", "2017-11-02 09:00:00", "2017-11-02 10:00:00", "2017-11-03 09:00:00", "2017-11-09 09:00:00", nil, "2017-11-09", "resolved", nil, nil, nil},
	}
	for _, i := range issues {
		reported := i[4].(string)
		t.Exec(tb, `insert into issue_flow (issue_id, town, village_id, branch_id, category, difficulty, title, month, reported_at, classified_at, routed_at, routed_to, resolved_at, fed_back_at, due_on, on_the_spot, state, overdue_days, age_days, satisfaction_answer, since_start)
			values (?, ?, ?, ?, ?, 'medium', '路灯不亮', ?, ?, ?, ?, 'village', ?, ?, ?, false, ?, ?, ?, ?, true)`,
			i[0], Name, i[1], i[2], i[3], reported[:7], i[4], i[5], i[6], i[7], i[8], i[9], i[10], i[11], i[12], i[13])
	}
	for _, p := range places {
		t.Exec(tb, "insert into issue_categories (level, unit_id, month, category, difficulty, reported, resolved) values (?, ?, ?, 'sanitation', 'medium', 12, 9), (?, ?, ?, 'neighbours', 'hard', 3, 1)", p.level, p.id, LastMonth, p.level, p.id, LastMonth)
		if p.level == "branch" {
			t.ratings(tb, p)
			t.Exec(tb, "insert into branch_structure (branch_id, village_id, name, committee_count, group_count, liaison_count, centre_households, members, active_members, households, complete, display_village, display_branch, display_home) values (?, ?, ?, 3, 3, 2, 1, 23, 20, 240, true, true, true, false)", p.branch, p.village, p.name)
			t.Exec(tb, "insert into members (member_id, branch_id, name, duty_status) values (?, ?, '王小明', 'active')", "M"+p.branch, p.branch)
			t.Exec(tb, "insert into member_load (member_id, town, village_id, branch_id, name, duty_status, households, visits_month, month) values (?, ?, ?, ?, '王小明', 'active', 16, 0, ?)", "M"+p.branch, Name, p.village, p.branch, LastMonth)
			t.Exec(tb, "insert into households (household_id, village_id, branch_id, head_name, vulnerable, linked_member_id) values (?, ?, ?, '赵大有', 'low_income', ?)", "H"+p.branch, p.village, p.branch, "M"+p.branch)
			t.Exec(tb, "insert into visits (visit_id, household_id, member_id, visited_at) values (?, ?, ?, '2017-10-01 10:00:00')", "A"+p.branch, "H"+p.branch, "M"+p.branch)
			t.Exec(tb, "insert into unvisited_households (household_id, town, village_id, branch_id, linked_member_id, vulnerable, last_visited_at, days_since) values (?, ?, ?, ?, ?, true, '2017-10-01', 122)", "H"+p.branch, Name, p.village, p.branch, "M"+p.branch)
			t.Exec(tb, "insert into doubtful_visits (visit_id, household_id, member_id, village_id, branch_id, visited_at, month, signal, detail) values (?, ?, ?, ?, ?, '2018-01-30 20:00:00', ?, 'same_minute', '2')", "W"+p.branch, "H"+p.branch, "M"+p.branch, p.village, p.branch, LastMonth)
		}
		if p.level == "branch" {
			if first := strings.HasSuffix(p.branch, "1"); first { // the second branches have nobody to compare with
				t.peers(tb, p)
			}
			t.Exec(tb, "insert into cadre_context (member_id, name, gender, age, education, years_member, role, branch_id, village_id, decision, decided_on, member_rating, villager_score, kind, households) values (?, '王小明', 'male', 41, 'college', 12, 'member', ?, ?, null, null, 'qualified', 90, 'in_service', 16)", "M"+p.branch, p.branch, p.village)
			// Steady visiting clearly above the branch; hard issues too; of tasks too little on record.
			t.Exec(tb, "insert into cadre_signals (member_id, branch_id, village_id, signal, numerator, denominator, value, peer_median, peers, minimum_met, detail, disputed, doubtful, recent, undated, unknown_months) values (?, ?, ?, 'visiting', 110, 120, 0.9166667, 0.7, 20, true, '12', 1, 2, 0, 0, 3), (?, ?, ?, 'hard_issues', 5, 6, 5, 0, 20, true, null, 0, 0, 1, 0, 0), (?, ?, ?, 'tasks_led', 1, 1, 1, 0, 20, false, null, 0, 0, 0, 1, 0)",
				"M"+p.branch, p.branch, p.village, "M"+p.branch, p.branch, p.village, "M"+p.branch, p.branch, p.village)
		}
		if p.level == "village" {
			for month := FirstMonth; month <= LastMonth; {
				for _, export := range []string{"issues", "meetings", "points", "visits"} {
					t.Exec(tb, "insert into export_completeness (month, town, village_id, export, received, in_time) values (?, ?, ?, ?, 1, 1)", month, Name, p.village, export)
				}
				at, _ := time.Parse("2006-01", month)
				month = at.AddDate(0, 1, 0).Format("2006-01")
			}
			t.Exec(tb, "insert into hard_criteria (village_id, criterion, month, met, state, month_state, numerator, denominator, value, limit_value) values (?, 'late_issues', ?, false, 'not_met', 'kept', 12, 20, 0.6, 0.6)", p.village, LastMonth)
		}
	}
	// What is typed of reserve cadres stands in their history at once: the town of tests runs no models.
	t.Exec(tb, "drop table cadre_history")
	t.Exec(tb, `create view cadre_history as select *, row_number() over (partition by member_id order by decided_on desc, typed desc, entered_at desc) = 1 as stands
		from (select member_id, decision, decided_on, decided_by, reason, false as typed, substr(cast(decided_on as varchar), 1, 7) as of_month, cast(null as varchar) as entered_by, cast(null as timestamp) as entered_at from cadre_decisions
		union all select member_id, decision, decided_on, decided_by, reason, true, of_month, entered_by, entered_at from cadre_decided)`)
	t.Exec(tb, "insert into cadre_decisions (member_id, decided_on, decision, decided_by, reason) values ('MB11', '2017-09-11', 'list', '镇党委组织办', '牵头办结土地清理')")
	t.Exec(tb, "insert into supports (village_id, kind, started_on, ended_on, amount_yuan, note) values ('V1', 'training', '2017-05-03', '2017-05-05', null, '联户党员培训班'), ('V2', 'funding', '2017-12-11', null, 50000, null)")
	t.Exec(tb, `insert into organisation_facts (fact, town, village_id, period, value) values ('posts_five_waters', ?, 'V1', '2018-01', 260), ('posts_five_waters', ?, 'V2', '2018-01', 40), ('posts_environment', ?, 'V1', '2018-01', 380),
		('kinds_micro_river_chief', ?, 'V1', '2018-01', 200), ('kinds_micro_river_chief', ?, 'V2', '2018-01', 40), ('kinds_river_inspector', ?, 'V1', '2018-01', 60), ('kinds_cleaning_supervisor', ?, 'V1', '2018-01', 380)`, Name, Name, Name, Name, Name, Name, Name)
	t.Exec(tb, `insert into organisation_facts (fact, town, village_id, period, value) values ('fund_amount', ?, 'V1', '2016', 12000), ('fund_amount', ?, 'V2', '2017', 8000), ('scholarship_amount', ?, 'V1', '2016', 12000),
		('scholarship_amount', ?, 'V2', '2017', 8000), ('scholarship_students', ?, 'V1', '2016', 6), ('scholarship_students', ?, 'V2', '2017', 4), ('pledges', ?, 'V1', '2017', 4),
		('pledges_kept', ?, 'V1', '2017', 2), ('organ_donation', ?, 'V2', '2017', 3), ('rights_gate', ?, 'V1', '2017', 5), ('rights_veto', ?, 'V2', '2018', 2), ('scholarship_funds', ?, 'V1', '2016', 1), ('scholarship_funds', ?, 'V2', '2017', 1),
		('charity_funds', ?, 'V1', '2017', 1), ('charity_unknown', ?, 'V1', '2017', 1)`,
		Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name)
	t.Exec(tb, "insert into files (file_no, file_id, name, origin, size, received_at, as_of, landed_at, state) values (1, 'aa', '走访2018年1月.csv', 'inbox', 1000, '2018-02-01 08:00:00', null, '2018-02-01 08:00:00', 'loaded'), (2, 'bb', '加密.xlsx', 'inbox', 10, '2018-02-01 08:00:00', null, '2018-02-01 08:00:00', 'rejected')")
	t.Exec(tb, "insert into reconciliation (file_no, sheet, export, rows_read, accepted, quarantined, ignored, warnings, problem, detail, run_id, read_as) values (1, null, 'visits', 100, 96, 2, 2, 1, null, null, 'r1', '{\"format\":\"csv\",\"encoding\":\"gb18030\",\"delimiter\":\",\",\"header_row\":3}'), (2, null, '', 0, 0, 0, 0, 0, 'file_encrypted', null, 'r1', null)")
	t.Exec(tb, `insert into problems (problem_no, file_no, sheet, export, "row", letter, column_id, header, code, severity, value, detail, state, run_id) values (1, 1, null, 'visits', 17, 'C', 'visited_at', '走访时间', 'wrong_type', 'refuse', '=cmd|''x''', null, 'open', 'r1'), (2, 1, null, 'visits', 18, 'A', 'household_id', '农户编号', 'missing_required', 'refuse', null, null, 'open', 'r1'), (3, 1, null, 'visits', 19, 'B', 'member_id', '党员编号', 'link_mismatch', 'warn', 'M1', 'M2', 'open', 'r1')`)
}

// ratings gives a branch its points and stars: in 2017H2 the first branch of each village gained most of its points in one
// December, and was rated first all the same.
func (t *Town) ratings(tb testing.TB, p place) {
	first := strings.HasSuffix(p.branch, "1")
	share, stars, rank := 0.2, 2, 2
	if first {
		share, stars, rank = 0.8, 5, 1
	}
	t.Exec(tb, "insert into points_burst (branch_id, village_id, half_year, points, largest_30day_points, largest_from, share, even_share, \"index\") values (?, ?, '2017H2', 500, ?, '2017-12-02', ?, 0.163, ?), (?, ?, '2018H1', 50, 50, '2018-01-01', 1, 0.97, 1.03)",
		p.branch, p.village, 500*share, share, share/0.163, p.branch, p.village)
	t.Exec(tb, "insert into points_days (level, unit_id, awarded_on, points) values ('branch', ?, '2017-12-05', 300), ('branch', ?, '2018-01-09', 50)", p.branch, p.branch)
	t.Exec(tb, `insert into star_history (branch_id, village_id, period, stars, rank, branches_ranked, funding, operation, effect, cooperation, grid_cadre_score, villager_score, measured_result, measured_rank, measured_low, measured_high, middle_result, contradiction, complete, is_last) values (?, ?, '2017H1', 3, ?, 2, 6000, 80, 81, 82, 85, 84, 0.5, 1, 0.4, 0.6, 0.5, null, true, ?),
		(?, ?, '2017H2', ?, ?, 2, 8000, 80, 81, 82, 90, 75, 0.6, 1, 0.5, 0.7, 0.6, null, true, ?)`,
		p.branch, p.village, 3-rank, first, p.branch, p.village, stars, rank, !first)
	t.Exec(tb, "insert into tasks (task_id, branch_id, title, claimed_on, programme, responsible_member_id, due_on, progress, done_on) values (?, ?, '河道保洁', '2017-12-01', 'five_waters', ?, '2018-01-10', 60, null), (?, ?, '路灯维修', '2017-11-01', 'other', ?, '2017-12-01', 100, '2017-11-20')",
		"T1"+p.branch, p.branch, "M"+p.branch, "T2"+p.branch, p.branch, "M"+p.branch)
}

// peers are nineteen active members of a branch with little on record, beside whom one stands out.
func (t *Town) peers(tb testing.TB, p place) {
	for i := range 19 {
		id := fmt.Sprintf("P%02d%s", i+1, p.branch)
		t.Exec(tb, "insert into cadre_context (member_id, name, gender, age, education, years_member, role, branch_id, village_id, decision, decided_on, member_rating, villager_score, kind, households) values (?, '李平', 'female', 50, 'junior', 20, 'member', ?, ?, null, null, 'qualified', 90, 'local', 11)", id, p.branch, p.village)
		t.Exec(tb, "insert into cadre_signals (member_id, branch_id, village_id, signal, numerator, denominator, value, peer_median, peers, minimum_met, detail) values (?, ?, ?, 'visiting', ?, 120, ?, 0.7, 20, true, '12'), (?, ?, ?, 'hard_issues', ?, 2, ?, 0, 20, false, null), (?, ?, ?, 'tasks_led', 0, 0, 0, 0, 20, false, null)",
			id, p.branch, p.village, 78+i%7, float64(78+i%7)/120, id, p.branch, p.village, i%4/3, float64(i%4/3), id, p.branch, p.village)
	}
}

// Exec changes the town, for a test that needs it otherwise.
func (t *Town) Exec(tb testing.TB, statement string, args ...any) {
	tb.Helper()
	if strings.TrimSpace(statement) == "" {
		return
	}
	if err := t.Warehouse.Exec(tb.Context(), statement, args...); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
