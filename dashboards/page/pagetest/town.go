package pagetest

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the engine behind the town, named "sqlite"

	"hulian/pipelines"
	"hulian/queries"
)

//go:embed schema.sql
var schema string

// Hostile is the name of a village chosen to break out of a page's script.
const Hostile = `</script><b>x`

// Town is a snapshot in memory: a town of three villages with two branches each, twenty-four months, the published
// figures of the programme at the cut-off.
type Town struct{ db *sql.DB }

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

// New builds the town.
func New(tb testing.TB) *Town {
	tb.Helper()
	// One connection, because every connection to ":memory:" is a database of its own.
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	t := &Town{db}
	for statement := range strings.SplitSeq(schema, ";\n") {
		t.Exec(tb, statement)
	}
	for _, fact := range [][2]string{{"cut_off", CutOff}, {"first_month", FirstMonth}, {"last_month", LastMonth}, {"programme_start", "2017-05-01"}, {"town", Name}} {
		t.Exec(tb, "insert into snapshot_facts values (?, ?)", fact[0], fact[1])
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
		t.Exec(tb, "insert into units values (?, ?, ?, ?, ?, ?, ?, ?, ?)", p.level, p.id, p.name, orNull(p.parent), Name, orNull(p.village), orNull(p.branch), phase, start)
	}
	t.measures(tb)
	t.rows(tb)
	return t
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// measures fills the long table: every measure at its levels, slowly rising, with the stated figures at the last month.
func (t *Town) measures(tb testing.TB) {
	tx, err := t.db.BeginTx(tb.Context(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	insert, err := tx.PrepareContext(tb.Context(), "insert into measures values (?, ?, ?, ?, ?, ?, ?, ?, null, ?, ?, null, null, ?)")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := insert.Close(); err != nil {
			tb.Error(err)
		}
	}()
	start, _ := time.Parse("2006-01", FirstMonth)
	for i, m := range queries.Measures() {
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
				if _, err := insert.ExecContext(tb.Context(), m.ID, p.level, p.id, p.name, month, num, den, value, villages, villages, CutOff); err != nil {
					tb.Fatal(err)
				}
			}
		}
	}
	if err := tx.Commit(); err != nil {
		tb.Fatal(err)
	}
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
		t.Exec(tb, "insert into issue_categories values (?, ?, ?, 'sanitation', 'medium', 12, 9), (?, ?, ?, 'neighbours', 'hard', 3, 1)", p.level, p.id, LastMonth, p.level, p.id, LastMonth)
		if p.level == "branch" {
			t.ratings(tb, p)
			t.Exec(tb, "insert into branch_structure values (?, ?, ?, 3, 3, 2, 1, 23, 20, 240, true, true, true, false)", p.branch, p.village, p.name)
			t.Exec(tb, "insert into members (member_id, branch_id, name, duty_status) values (?, ?, '王小明', 'active')", "M"+p.branch, p.branch)
			t.Exec(tb, "insert into member_load values (?, ?, ?, ?, '王小明', 'active', 16, 0, ?)", "M"+p.branch, Name, p.village, p.branch, LastMonth)
			t.Exec(tb, "insert into households (household_id, village_id, branch_id, head_name, vulnerable, linked_member_id) values (?, ?, ?, '赵大有', 'low_income', ?)", "H"+p.branch, p.village, p.branch, "M"+p.branch)
			t.Exec(tb, "insert into unvisited_households values (?, ?, ?, ?, ?, true, '2017-10-01', 122)", "H"+p.branch, Name, p.village, p.branch, "M"+p.branch)
			t.Exec(tb, "insert into doubtful_visits values (?, ?, ?, ?, ?, '2018-01-30 20:00:00', ?, 'same_minute', '2')", "W"+p.branch, "H"+p.branch, "M"+p.branch, p.village, p.branch, LastMonth)
		}
		if p.level == "branch" {
			if first := strings.HasSuffix(p.branch, "1"); first { // the second branches have nobody to compare with
				t.peers(tb, p)
			}
			t.Exec(tb, "insert into cadre_context values (?, '王小明', 'male', 41, 'college', 12, 'member', ?, ?, null, null, 'qualified', 90)", "M"+p.branch, p.branch, p.village)
			// Steady visiting clearly above the branch; hard issues too; of tasks too little on record.
			t.Exec(tb, "insert into cadre_signals values (?, ?, ?, 'visiting', 110, 120, 0.9166667, 0.7, 20, true, '12/2'), (?, ?, ?, 'hard_issues', 5, 6, 5, 0, 20, true, null), (?, ?, ?, 'tasks_led', 1, 1, 1, 0, 20, false, null)",
				"M"+p.branch, p.branch, p.village, "M"+p.branch, p.branch, p.village, "M"+p.branch, p.branch, p.village)
		}
		if p.level == "village" {
			for month := FirstMonth; month <= LastMonth; {
				for _, export := range []string{"issues", "meetings", "points", "visits"} {
					t.Exec(tb, "insert into export_completeness values (?, ?, ?, ?, 1, 1)", month, Name, p.village, export)
				}
				at, _ := time.Parse("2006-01", month)
				month = at.AddDate(0, 1, 0).Format("2006-01")
			}
			t.Exec(tb, "insert into hard_criteria values (?, 'late_issues', ?, false, 12, 20, 0.6, 0.6)", p.village, LastMonth)
		}
	}
	t.Exec(tb, "insert into cadre_decisions values ('MB11', '2017-09-11', 'list', '镇党委组织办', '牵头办结土地清理')")
	t.Exec(tb, "insert into supports values ('V1', 'training', '2017-05-03', '2017-05-05', null, '联户党员培训班'), ('V2', 'funding', '2017-12-11', null, 50000, null)")
	t.Exec(tb, `insert into organisation_facts values ('posts_five_waters', ?, 'V1', '2018-01', 260), ('posts_five_waters', ?, 'V2', '2018-01', 40), ('posts_environment', ?, 'V1', '2018-01', 380),
		('kinds_micro_river_chief', ?, 'V1', '2018-01', 200), ('kinds_micro_river_chief', ?, 'V2', '2018-01', 40), ('kinds_river_inspector', ?, 'V1', '2018-01', 60), ('kinds_cleaning_supervisor', ?, 'V1', '2018-01', 380)`, Name, Name, Name, Name, Name, Name, Name)
	t.Exec(tb, `insert into organisation_facts values ('fund_amount', ?, 'V1', '2016', 12000), ('fund_amount', ?, 'V2', '2017', 8000), ('scholarship_amount', ?, 'V1', '2016', 12000),
		('scholarship_amount', ?, 'V2', '2017', 8000), ('scholarship_students', ?, 'V1', '2016', 6), ('scholarship_students', ?, 'V2', '2017', 4), ('pledges', ?, 'V1', '2017', 4),
		('pledges_kept', ?, 'V1', '2017', 2), ('organ_donation', ?, 'V2', '2017', 3), ('rights_gate', ?, 'V1', '2017', 5), ('rights_veto', ?, 'V2', '2018', 2), ('scholarship_funds', ?, 'V1', '2016', 1), ('scholarship_funds', ?, 'V2', '2017', 1),
		('charity_funds', ?, 'V1', '2017', 1), ('charity_unknown', ?, 'V1', '2017', 1)`,
		Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name, Name)
	t.Exec(tb, "insert into files values (1, 'aa', '走访2018年1月.csv', 'inbox', 1000, '2018-02-01 08:00:00', null, '2018-02-01 08:00:00', 'loaded'), (2, 'bb', '加密.xlsx', 'inbox', 10, '2018-02-01 08:00:00', null, '2018-02-01 08:00:00', 'rejected')")
	t.Exec(tb, "insert into reconciliation values (1, null, 'visits', 100, 96, 2, 2, 1, null, null, 'r1', '{\"format\":\"csv\",\"encoding\":\"gb18030\",\"delimiter\":\",\",\"header_row\":3}'), (2, null, '', 0, 0, 0, 0, 0, 'file_encrypted', null, 'r1', null)")
	t.Exec(tb, `insert into problems values (1, 1, null, 'visits', 17, 'C', 'visited_at', '走访时间', 'wrong_type', 'refuse', '=cmd|''x''', null, 'open', 'r1'), (2, 1, null, 'visits', 18, 'A', 'household_id', '农户编号', 'missing_required', 'refuse', null, null, 'open', 'r1'), (3, 1, null, 'visits', 19, 'B', 'member_id', '党员编号', 'link_mismatch', 'warn', 'M1', 'M2', 'open', 'r1')`)
}

// ratings gives a branch its points and stars: in 2017H2 the first branch of each village gained most of its points in one
// December, and was rated first all the same.
func (t *Town) ratings(tb testing.TB, p place) {
	first := strings.HasSuffix(p.branch, "1")
	share, stars, rank := 0.2, 2, 2
	if first {
		share, stars, rank = 0.8, 5, 1
	}
	t.Exec(tb, "insert into points_burst values (?, ?, '2017H2', 500, ?, '2017-12-02', ?, 0.163, ?), (?, ?, '2018H1', 50, 50, '2018-01-01', 1, 0.97, 1.03)",
		p.branch, p.village, 500*share, share, share/0.163, p.branch, p.village)
	t.Exec(tb, "insert into points_days values ('branch', ?, '2017-12-05', 300), ('branch', ?, '2018-01-09', 50)", p.branch, p.branch)
	t.Exec(tb, `insert into star_history values (?, ?, '2017H1', 3, ?, 2, 6000, 80, 81, 82, 85, 84, 0.5, 1, 0.4, 0.6, 0.5, null, true, ?),
		(?, ?, '2017H2', ?, ?, 2, 8000, 80, 81, 82, 90, 75, 0.6, 1, 0.5, 0.7, 0.6, null, true, ?)`,
		p.branch, p.village, 3-rank, first, p.branch, p.village, stars, rank, !first)
	t.Exec(tb, "insert into tasks values (?, ?, '河道保洁', '2017-12-01', 'five_waters', ?, '2018-01-10', 60, null), (?, ?, '路灯维修', '2017-11-01', 'other', ?, '2017-12-01', 100, '2017-11-20')",
		"T1"+p.branch, p.branch, "M"+p.branch, "T2"+p.branch, p.branch, "M"+p.branch)
}

// peers are nineteen active members of a branch with little on record, beside whom one stands out.
func (t *Town) peers(tb testing.TB, p place) {
	for i := range 19 {
		id := fmt.Sprintf("P%02d%s", i+1, p.branch)
		t.Exec(tb, "insert into cadre_context values (?, '李平', 'female', 50, 'junior', 20, 'member', ?, ?, null, null, 'qualified', 90)", id, p.branch, p.village)
		t.Exec(tb, "insert into cadre_signals values (?, ?, ?, 'visiting', ?, 120, ?, 0.7, 20, true, '12/0'), (?, ?, ?, 'hard_issues', ?, 2, ?, 0, 20, false, null), (?, ?, ?, 'tasks_led', 0, 0, 0, 0, 20, false, null)",
			id, p.branch, p.village, 78+i%7, float64(78+i%7)/120, id, p.branch, p.village, i%4/3, float64(i%4/3), id, p.branch, p.village)
	}
}

// Exec changes the town, for a test that needs it otherwise.
func (t *Town) Exec(tb testing.TB, statement string, args ...any) {
	tb.Helper()
	if strings.TrimSpace(statement) == "" {
		return
	}
	if _, err := t.db.ExecContext(tb.Context(), statement, args...); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// Query runs a page's query and returns its rows with the types a snapshot delivers.
func (t *Town) Query(ctx context.Context, query string, args ...any) (_ pipelines.Table, err error) {
	rows, err := t.db.QueryContext(ctx, query, args...)
	if err != nil {
		return pipelines.Table{}, fmt.Errorf("%w\n%s", err, query)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var table pipelines.Table
	if table.Columns, err = rows.Columns(); err != nil {
		return pipelines.Table{}, err
	}
	for rows.Next() {
		cells, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return pipelines.Table{}, err
		}
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				cells[i] = string(b)
			}
		}
		table.Rows = append(table.Rows, cells)
	}
	return table, rows.Err()
}
