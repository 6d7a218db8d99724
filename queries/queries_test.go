package queries

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ids are the measures the programme's design names; adding one there means adding it here and in metrics.yaml.
var ids = strings.Fields(`
issues_reported report_intensity resolution_rate resolution_rate_cumulative on_time_rate on_the_spot_rate feedback_rate
days_to_resolve_median days_to_resolve_p75 step_days_classify step_days_route step_days_resolve step_days_feedback
open_issues overdue_issues supervised_rate issues_with_holder overdue_with_supervisor round_table_issues escalation_rate reopen_rate repeat_rate satisfaction_rate
household_coverage visited_once visited_twice visited_often vulnerable_coverage unvisited_share visits_per_active_member silent_members month_end_share linked_rate
links_near links_kin links_convenient links_appointed
card_rate group_rate overloaded_members doubtful_visits
undoubted_coverage undoubted_vulnerable_coverage undoubted_unvisited_share undoubted_silent_members
people_per_cadre active_share people_per_active_member people_per_hand hands_multiplier migrant_share
households_per_active_member branch_structure
points_per_member members_with_points points_burst points_gini posts_rate tasks_done tasks_overdue
reconciliation_rate attendance_rate items_done_rate organisation_life grids_agree branch_groups centre_branches shortcomings_mended round_tables_held river_covered display_rate stars_mean ratings_published rating_spread
rating_agreement bottom_twice pledges pledges_kept red_line_breaches scholarship_students fund_amount rights_used
visits_policy visits_opinion visits_dispute visits_service visits_governance points_approved points_displayed
donations cornea_donations family_conduct rights_upheld exemptions_decided exemptions_ended pioneer_share warned_share warned_dealt_with appraisal_rate appraisal_score rules_revised rules_used
completeness timeliness validity doubtful_share quarantine_open quarantine_repaired quarantine_waived`)

func TestEveryMeasureIsDefined(t *testing.T) {
	for _, id := range ids {
		if _, ok := MeasureOf(id); !ok {
			t.Errorf("%s is not defined", id)
		}
	}
	for _, m := range Measures() {
		if !m.At(Town) {
			t.Errorf("%s is not computed for the town", m.ID)
		}
		if m.Scale <= 0 {
			t.Errorf("%s: scale %v", m.ID, m.Scale)
		}
		if !slices.Contains(ids, m.ID) && m.ID != "satisfaction_answered" { // printed beside the satisfaction rate
			t.Errorf("%s is not named by the design", m.ID)
		}
	}
}

func TestDefinitionsAreRefused(t *testing.T) {
	good := `
- id: a
  name: {zh: 甲, en: A}
  group: issues
  unit: share
  direction: up
  levels: [town, village]
  numerator: {zh: 分子, en: n}
  denominator: {zh: 分母, en: d}
  sums: {numerator: int_x.n, denominator: int_x.d + int_y.e}
  note: {zh: 说明, en: note}
  source: [issues]
`
	if _, err := readMeasures([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for replaced, want := range map[string]string{
		"group: issues|group: isues":                          `no group "isues"`,
		"unit: share|unit: percent":                           `no unit "percent"`,
		"direction: up|direction: north":                      `no direction "north"`,
		"levels: [town, village]|levels: [county]":            `no level "county"`,
		"levels: [town, village]|levels: []":                  "no level",
		"zh: 甲|zh: ''":                                        "both languages",
		"zh: 分母|zh: ''":                                       "both languages",
		"int_x.n|int_x":                                       "is not relation.column",
		", denominator: int_x.d + int_y.e|":                   "a denominator needs words and a column",
		"  note:|  model: int_z\n  note:":                     "either sums or model",
		"source: [issues]|source: [isues]":                    `no export "isues"`,
		"source: [issues]|sources: [issues]":                  "field sources not found",
		"source: [issues]|source: [issues]" + "\n" + good[1:]: "a stands twice",
	} {
		old, new, _ := strings.Cut(replaced, "|")
		if _, err := readMeasures([]byte(strings.Replace(good, old, new, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", replaced, err, want)
		}
	}
}

func TestMeasuresMustFindTheirColumns(t *testing.T) {
	relation := Model{Name: "intermediate.int_x", Header: Header{Columns: []Column{{Name: "month"}, {Name: "town"}, {Name: "village_id"}, {Name: "n"}}}}
	for id, m := range map[string]Measure{
		"no model":    {Levels: []Level{Town}, Sums: Sums{Numerator: "int_y.n"}},
		"no column n": {Levels: []Level{Town}, Sums: Sums{Numerator: "int_x.n2"}},
		"branch_id":   {Levels: []Level{Branch}, Sums: Sums{Numerator: "int_x.n"}},
		"int_missing": {Levels: []Level{Town}, Model: "int_missing"},
	} {
		if _, err := asked([]Measure{m}, m.Levels, []Model{relation}); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := asked([]Measure{{Levels: []Level{Village}, Sums: Sums{Numerator: "int_x.n"}}}, []Level{Village}, []Model{relation}); err != nil {
		t.Error(err)
	}
}

func TestParseHeader(t *testing.T) {
	got, err := ParseHeader(`-- One household a month,
-- as it stood.
-- zh: 每月每户一行，
--   照当时的情形
-- grain: month, household_id
-- kind: view
-- sources: exports.households,
--   staging.stg_months
-- severity: warning
-- columns:
--   month: the month
--   household_id: the exporter's number,
--     as it came
-- checks:
--   not_null: month, household_id
--   warning unique: household_id

select 1
-- not: a header
`)
	want := Header{
		Text: "One household a month, as it stood.", Zh: "每月每户一行， 照当时的情形", Grain: []string{"month", "household_id"}, View: true, Warning: true,
		Sources:  []string{"exports.households", "staging.stg_months"},
		Columns:  []Column{{"month", "the month"}, {"household_id", "the exporter's number, as it came"}},
		Checks:   []ColumnCheck{{Rule: "not_null", Columns: []string{"month", "household_id"}}, {Rule: "unique", Columns: []string{"household_id"}, Warning: true}},
		BodyLine: 17,
	}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
	got, err = ParseHeader("-- Rows.\n-- sources: a.b, staging.stg_parameters\n-- history: a.b.day within limit_days, a.b\nselect 1")
	if past := []MonthSource{{Table: "a.b", Column: "day", Within: "limit_days"}, {Table: "a.b", Column: "month"}}; err != nil || !cmp.Equal(got.History, past) {
		t.Errorf("%v\n%s", err, cmp.Diff(past, got.History))
	}
	for sql, want := range map[string]struct {
		line int
		why  string
	}{
		"select 1":                                                 {1, "does not open with a comment"},
		"-- grain: a\nselect 1":                                    {1, "no sentence"},
		"-- Rows.\n-- grain: a\n-- grain: b\n":                     {3, "stands twice"},
		"-- Rows.\n-- grain: a b\n":                                {1, "is no name"},
		"-- Rows.\n-- sources: visits\n":                           {1, "is no name"},
		"-- Rows.\n-- kind: tabel\n":                               {1, "no kind"},
		"-- Rows.\n-- severity: fatal\n":                           {1, "no severity"},
		"-- Rows.\n-- checks:\n--   nonull: a\n":                   {3, "no rule"},
		"-- Rows.\n-- checks:\n--   not_null: A\n":                 {3, "is no name"},
		"-- Rows.\n-- columns:\n--   A column\n":                   {3, "is no entry"},
		"-- Rows.\n-- columns:\n-- month: a month":                 {3, "neither a field nor"},
		"-- Rows.\n-- columns:\n--   month: m\n-- x":               {4, "neither a field nor"},
		"-- Rows.\n-- sources: a.b\n-- history: a.b within days\n": {1, "days is a column of staging.stg_parameters"},
		"-- Rows.\n-- sources: a.b\n-- months: a.b within days\n":  {1, "is no name"},
	} {
		_, err := ParseHeader(sql)
		var located *HeaderError
		if !errors.As(err, &located) || located.Line != want.line || !strings.Contains(located.Why, want.why) {
			t.Errorf("%q: %v, want line %d %q", sql, err, want.line, want.why)
		}
	}
}

// Whoever closes a month reads the claims of checks, and not everybody reads English.
func TestEveryCheckIsToldInBothLanguages(t *testing.T) {
	checks, err := Checks()
	if err != nil || len(checks) == 0 {
		t.Fatalf("%d checks, %v", len(checks), err)
	}
	han := regexp.MustCompile(`\p{Han}`)
	for _, c := range checks {
		if claim := c.Header.Claim(); !han.MatchString(claim.Zh) || han.MatchString(claim.En) || !strings.HasSuffix(claim.Zh, "。") || !strings.HasSuffix(claim.En, ".") {
			t.Errorf("%s claims %q, %q", c.Path, claim.Zh, claim.En)
		}
	}
	if _, err := parseCheck("-- A claim.\n-- severity: warning\nselect 1"); err == nil || !strings.Contains(err.Error(), "in Chinese") {
		t.Errorf("a check without Chinese: %v", err)
	}
	for _, rule := range []string{"unique", "not_null"} {
		if claim := (ColumnCheck{Rule: rule, Columns: []string{"a", "b"}}).Claim("marts.m"); !han.MatchString(claim.Zh) || !strings.Contains(claim.Zh, "a、b") || han.MatchString(claim.En) || !strings.Contains(claim.En, "a, b") {
			t.Errorf("%s: %q, %q", rule, claim.Zh, claim.En)
		}
	}
}

// FuzzParseHeader demands that no text panics, that errors name a line of the text, and that the body starts where
// the comment ends.
func FuzzParseHeader(f *testing.F) {
	models, err := Models()
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range models {
		if strings.HasSuffix(m.Path, ".sql") {
			f.Add(m.SQL)
		}
	}
	f.Add("--\n--:\n--  :\n-- columns:\n--   a:\n")
	f.Add("-- x\r\n-- grain: a\r\nselect 1")
	f.Fuzz(func(t *testing.T, sql string) {
		h, err := ParseHeader(sql)
		lines := strings.Count(sql, "\n") + 1
		var located *HeaderError
		if err != nil {
			if !errors.As(err, &located) || located.Line < 1 || located.Line > lines {
				t.Fatalf("%v names no line of %d", err, lines)
			}
			return
		}
		if h.BodyLine < 2 || h.BodyLine > lines+1 || h.Text == "" {
			t.Fatalf("body at line %d of %d, text %q", h.BodyLine, lines, h.Text)
		}
		for _, name := range slices.Concat(h.Grain, h.Sources) {
			if name == "" || strings.ContainsAny(name, " ,;'") {
				t.Fatalf("%q was taken for a name", name)
			}
		}
	})
}

// refused is what DuckDB takes and Trino does not, or takes otherwise. Each has a reason.
var refused = []struct {
	form *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`::`), "write cast(x as type)"},
	{regexp.MustCompile(`\bqualify\b`), "filter a window in an outer query"},
	{regexp.MustCompile(`\bgroup by all\b|\border by all\b`), "name the columns"},
	{regexp.MustCompile(`\b(exclude|replace)\s*\(`), "name the columns"},
	{regexp.MustCompile(`\bcolumns\s*\(`), "name the columns"},
	{regexp.MustCompile(`->|\blambda\b`), "lambdas differ"},
	{regexp.MustCompile(`\[`), "lists and subscripts differ"},
	{regexp.MustCompile(`\{`), "structs differ"},
	{regexp.MustCompile(`//`), "integer division differs; cast and divide"},
	{regexp.MustCompile(`(?i)[^a-z_](strftime|strptime|datediff|date_part|datepart|epoch|last_day|make_date|to_timestamp|age|list|list_\w+|array_agg|string_agg|unnest|generate_series|range|quantile\w*|median|mode|first|last|any_value|arg_min|arg_max|ifnull|nvl|iif|if|len|strlen|printf|format|greatest|least|hash|md5|regexp_\w+|random|now|current_date|current_timestamp|today|struct_pack|read_\w+|bit_xor|bool_and|sum_no_overflow|fsum|favg)\s*\(`), "not in both engines, or not with the same meaning; use what both have, or a macro"},
	{regexp.MustCompile(`\b(pivot|unpivot|asof|positional|semi join|anti join|lateral|sample|using sample)\b`), "not in both engines"},
	{regexp.MustCompile(`\bjoin\b[^;]*?\busing\s*\(`), "write on: a column of a join with using has no table"},
	{regexp.MustCompile(`\bnatural\b`), "write on"},
	{regexp.MustCompile(`\b(ilike|glob|similar to)\b`), "not in both engines"},
	{regexp.MustCompile(`\binterval\s+\d`), "write interval '1' day"},
	{regexp.MustCompile(`\binterval\s+'\d+\s+\w+'`), "write interval '1' day"},
	{regexp.MustCompile(`"[^"]*"\s*=|=\s*"`), "double quotes are names"},
	{regexp.MustCompile(`\(\s*from\b`), "write select"},
	{regexp.MustCompile(`\bdistinct on\b`), "use row_number"},
	{regexp.MustCompile(`==|<=>`), "write ="},
	{regexp.MustCompile(`\bint\b|\btext\b|\bstring\b|\bfloat\b|\bdatetime\b|\bhugeint\b|\bubigint\b|\bblob\b`), "types are bigint, integer, double, decimal, varchar, boolean, date, timestamp"},
	{regexp.MustCompile(`\blimit\b`), "a model has no limit"},
	{regexp.MustCompile(`;`), "one select a file, without a semicolon"},
	{regexp.MustCompile(`\bgroup by \d|\border by \d`), "name the columns: an inserted one must not move the grain"},
}

var (
	lineComment = regexp.MustCompile(`(?m)--.*$`)
	literal     = regexp.MustCompile(`'[^']*'`)
	division    = regexp.MustCompile(`(\S+)\s*/\s*(\S+)`)
)

// TestModelsArePortable holds the models to what DuckDB and Trino both accept with one meaning. macros.sql is where
// the engines may differ.
func TestModelsArePortable(t *testing.T) {
	for path, sql := range sqlFiles(t) {
		body := literal.ReplaceAllStringFunc(lineComment.ReplaceAllString(sql, ""), func(s string) string {
			return "'" + strings.Repeat("x", len(s)-2) + "'"
		})
		for i, line := range strings.Split(body, "\n") {
			if line != strings.ToLower(line) {
				t.Errorf("%s:%d: SQL is lower case: %s", path, i+1, line)
			}
			if len(line) > 140 {
				t.Errorf("%s:%d: %d characters", path, i+1, len(line))
			}
			for _, r := range refused {
				if found := r.form.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: %s", path, i+1, strings.TrimSpace(found), r.why)
				}
			}
			for _, d := range division.FindAllStringSubmatch(line, -1) {
				if !strings.Contains(line, "double") && !strings.Contains(line, "e0") && !strings.Contains(line, "share") {
					t.Errorf("%s:%d: %q: Trino divides integers to integers; cast", path, i+1, d[0])
				}
			}
		}
	}
}

// TestLastSelectCasts demands that the final columns of a model are cast, so that their types are what the file says
// and not what an engine infers.
func TestLastSelectCasts(t *testing.T) {
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		body := lineComment.ReplaceAllString(m.SQL, "")
		start := strings.LastIndex("\n"+body, "\nselect\n")
		// Of a union, the first part names and types the columns.
		if first := regexp.MustCompile(`(?m)^select$`).FindStringIndex(body); first != nil {
			start = first[0]
		}
		end := regexp.MustCompile(`(?m)^from `).FindStringIndex(body[max(start, 0):])
		if start < 0 || end == nil {
			t.Errorf("%s: no final select on a line of its own", m.Path)
			continue
		}
		if casts, columns := strings.Count(body[start:start+end[0]], "\n    cast("), len(m.Header.Columns); casts != columns {
			t.Errorf("%s: %d of %d final columns are cast", m.Name, casts, columns)
		}
	}
}

// sqlFiles are the models and checks as they stand on disk, and the models made from definitions.
func sqlFiles(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, folder := range []string{"staging", "intermediate", "marts", "checks"} {
		paths, err := filepath.Glob(folder + "/*")
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil || filepath.Ext(path) != ".sql" {
				t.Fatalf("%s: not a model (%v)", path, err)
			}
			all[path] = string(content)
		}
	}
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		made := !strings.HasSuffix(m.Path, ".sql")
		if made && m.Name != "marts.measure_definitions" {
			all[m.Name] = m.SQL
		}
		if _, ok := all[m.Path]; !ok && !made {
			t.Errorf("%s is embedded and not on disk", m.Path)
		}
	}
	return all
}

// TestPortabilityIsHeld shows that the lint sees what it is there for.
func TestPortabilityIsHeld(t *testing.T) {
	for _, line := range []string{
		"select a::integer", "qualify row_number() = 1", "group by all", "select * exclude (a)", "select columns('a.*')", "list_transform(l, x -> x)",
		"select l[1]", "select {'a': 1}", "select a // b", "select strftime(d, 'x')", "select any_value(a)", "select greatest(a, b)", "from a asof join b",
		"from a join b using (k)", "from a natural join b", "where a ilike 'x'", "d + interval 1 day", "d + interval '1 day'", "select distinct on (a) b",
		"where a == b", "cast(a as int)", "limit 10", "select 1;", "group by 1", "(from a)", `where a = "b"`,
	} {
		if !slices.ContainsFunc(refused, func(r struct {
			form *regexp.Regexp
			why  string
		}) bool {
			return r.form.MatchString(line)
		}) {
			t.Errorf("%q would pass", line)
		}
	}
}

// A column that int_untold_columns does not tell by the day a measure counts by would never make the measure unknown.
func TestColumnsAreToldByTheDayTheirMeasureCountsBy(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("intermediate", "int_untold_columns.sql"))
	if err != nil {
		t.Fatal(err)
	}
	dated := 0
	for _, m := range Measures() {
		if m.Dated == "" {
			continue
		}
		for _, name := range m.Given {
			dated++
			export, column, _ := strings.Cut(name, ".")
			if told := fmt.Sprintf("('%s', '%s')", m.Dated, column); export != "issues" || !strings.Contains(string(content), told) {
				t.Errorf("%s counts by %s and needs %s, of which dated_columns has no %s", m.ID, m.Dated, name, told)
			}
		}
	}
	if dated == 0 {
		t.Fatal("no measure counts by another day than the event's")
	}
}
