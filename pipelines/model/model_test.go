package model

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/data/sample"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// open gives a warehouse with the tables of a town and no rows.
func open(t testing.TB, path string) *warehouse.Warehouse {
	t.Helper()
	threads := 1 // what is not large is built faster by one
	if trials.All() {
		threads = 2
	}
	w, err := warehouse.Open(context.Background(), warehouse.Config{Path: path, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.Transact(context.Background(), func(tx *warehouse.Tx) error { return ledger.Prepare(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
	return w
}

func exec(t testing.TB, w *warehouse.Warehouse, statement string) {
	t.Helper()
	if err := w.Exec(context.Background(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

// loadSample writes a sample town and loads its files.
func loadSample(t testing.TB, o sample.Options) *warehouse.Warehouse {
	t.Helper()
	o.Dir = t.TempDir()
	if _, err := sample.Write(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	store, err := land.Open(filepath.Join(o.Dir, "landed"))
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range source.Folder(filepath.Join(o.Dir, "inbox")).Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := store.Land(context.Background(), item); err != nil {
			t.Fatal(err)
		}
	}
	w := open(t, filepath.Join(o.Dir, "warehouse.duckdb"))
	result, err := load.Load(context.Background(), w, load.Config{Store: store, MappingsDir: filepath.Join(o.Dir, "mappings"), Programme: data.DefaultProgramme(),
		RunID: "test", Now: time.Date(2018, 2, 10, 0, 0, 0, 0, time.UTC)})
	if err == nil {
		err = result.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var demoCutOff = time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC)

func build1(t testing.TB, w *warehouse.Warehouse) Result {
	t.Helper()
	result, err := Build(context.Background(), w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func names(built []Built) []string {
	var all []string
	for _, b := range built {
		all = append(all, b.Name)
	}
	return all
}

var modelNames = regexp.MustCompile(`\b(staging|intermediate|marts)\.\w+`)

// buildFor builds the models that questions name and those these are made of, with the checks that read no others; a long run builds all.
func buildFor(t testing.TB, w *warehouse.Warehouse, c Config, questions ...string) Result {
	t.Helper()
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	checks, err := queries.Checks()
	if err != nil {
		t.Fatal(err)
	}
	if !trials.All() {
		reads, needed := map[string][]string{}, map[string]bool{}
		for _, m := range models {
			reads[m.Name] = m.Header.Sources
		}
		var need func(names []string)
		need = func(names []string) {
			for _, name := range names {
				if sources, model := reads[name]; model && !needed[name] {
					needed[name] = true
					need(sources)
				}
			}
		}
		need(modelNames.FindAllString(strings.Join(questions, "\n"), -1))
		models = slices.DeleteFunc(slices.Clone(models), func(m queries.Model) bool { return !needed[m.Name] })
		checks = slices.DeleteFunc(slices.Clone(checks), func(c queries.Check) bool {
			return slices.ContainsFunc(c.Header.Sources, func(name string) bool { _, model := reads[name]; return model && !needed[name] })
		})
	}
	result, err := buildThese(t.Context(), w, c, models, checks)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestNothingLoaded(t *testing.T) {
	w := open(t, "")
	result := build1(t, w)
	if len(result.Kept) > 0 || len(result.Built) == 0 || result.Checked == 0 {
		t.Errorf("first build: %d built, %d kept, %d checked", len(result.Built), len(result.Kept), result.Checked)
	}
	table, err := w.Query(t.Context(), "select count(*) from marts.measures")
	if err != nil || table.Rows[0][0] != int64(0) {
		t.Errorf("measures of nothing: %v %v", table.Rows, err)
	}
}

// TestFilledSaysWhatASumWouldSay: a table is empty when it never had rows and when they were all deleted, within the transaction too.
func TestFilledSaysWhatASumWouldSay(t *testing.T) {
	w := open(t, "")
	exec(t, w, "create view ops.seen as select 1 as i")
	exec(t, w, "insert into ops.files by name select 1 as file_no, 'f' as file_id")
	exec(t, w, "insert into exports.visits by name select 'X' || i as visit_id, 1 as _file, i as _row from range(5000) r(i)")
	exec(t, w, "delete from exports.visits")
	err := w.Transact(t.Context(), func(tx *warehouse.Tx) error {
		if _, err := tx.Exec(t.Context(), "insert into exports.issues by name select 'I' as issue_id, 1 as _file, 1 as _row"); err != nil {
			return err
		}
		filled, err := Filled(t.Context(), tx)
		if err != nil {
			return err
		}
		if _, told := filled["ops.seen"]; told || len(filled) < 100 {
			t.Errorf("of %d tables, a view among them: %t", len(filled), told)
		}
		for name, rows := range filled {
			content, err := ContentOf(t.Context(), tx, name)
			if err != nil {
				return err
			}
			if rows != (content != NoContent) || rows != (name == "ops.files" || name == "exports.issues") {
				t.Errorf("%s is filled: %t; its sum is %s", name, rows, content)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyWhatChangedIsRebuilt(t *testing.T) {
	w := open(t, "")
	fill(t, w, fewer)
	first := build1(t, w)
	if again := build1(t, w); len(again.Built) > 0 || len(again.Kept) != len(first.Built) {
		t.Errorf("nothing changed and these ran: %v", names(again.Built))
	}

	// The same rows in another order are the same.
	exec(t, w, "create table o as from exports.issues order by issue_id desc")
	exec(t, w, "delete from exports.issues")
	exec(t, w, "insert into exports.issues from o")
	exec(t, w, "drop table o")
	if again := build1(t, w); len(again.Built) > 0 {
		t.Errorf("only the order changed and these ran: %v", names(again.Built))
	}

	exec(t, w, "update exports.issues set resolved_at = reported_at + interval '1' hour where issue_id = 'I0'")
	changed := names(build1(t, w).Built)
	for _, name := range []string{"staging.stg_issues", "intermediate.int_issues", "marts.issue_flow", "marts.measures"} {
		if !slices.Contains(changed, name) {
			t.Errorf("an issue changed and %s did not run", name)
		}
	}
	for _, name := range []string{"intermediate.int_household_months", "intermediate.int_visits", "intermediate.int_points_gini", "marts.units"} {
		if slices.Contains(changed, name) {
			t.Errorf("an issue changed and %s ran", name)
		}
	}

	rules := data.DefaultProgramme()
	rules.Linking.HouseholdsLimit = 3
	result, err := Build(t.Context(), w, Config{CutOff: demoCutOff, Programme: rules})
	if err != nil {
		t.Fatal(err)
	}
	if ran := names(result.Built); !slices.Contains(ran, "intermediate.int_member_months") || slices.Contains(ran, "marts.measure_definitions") == false {
		t.Errorf("a limit changed and these ran: %v", ran)
	}
}

// TestTheResultIsTheSameHoweverItCameAbout compares a rebuilt warehouse with one built from nothing.
func TestTheResultIsTheSameHoweverItCameAbout(t *testing.T) {
	change := "update exports.visits set household_id = 'H7' where visit_id in ('X1', 'X2')"
	stepwise, atOnce := builtTown(t), open(t, "")
	exec(t, stepwise, change)
	build1(t, stepwise)
	fill(t, atOnce, fewer)
	exec(t, atOnce, change)
	build1(t, atOnce)
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		a, err := ContentOf(t.Context(), stepwise, m.Name)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := ContentOf(t.Context(), atOnce, m.Name); a != b {
			t.Errorf("%s: %s stepwise, %s at once", m.Name, a, b)
		}
	}
}

// The rest builds small models of its own, to try what embedded models never do.

func small(name, sql string, sources ...string) queries.Model {
	header, err := queries.ParseHeader("-- One row.\n-- grain: i\n-- sources: " + strings.Join(sources, ", ") + "\n" + sql)
	if err != nil {
		panic(err)
	}
	schema, file, _ := strings.Cut(name, ".")
	return queries.Model{Name: name, Path: schema + "/" + file + ".sql", SQL: sql, Header: header}
}

func smallBuild(t *testing.T, w *warehouse.Warehouse, checks []queries.Check, models ...queries.Model) error {
	t.Helper()
	_, err := buildThese(t.Context(), w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, models, checks)
	return err
}

func TestABuildIsAllOrNothing(t *testing.T) {
	w := open(t, "")
	good := small("staging.a", "select 1 as i")
	if err := smallBuild(t, w, nil, good); err != nil {
		t.Fatal(err)
	}
	bad := queries.Check{Name: "no_twos", Path: "checks/no_twos.sql", SQL: "select i from staging.a where i = 2", Header: queries.Header{Text: "There are no twos.", Zh: "没有等于二的。", Sources: []string{"staging.a"}}}
	err := smallBuild(t, w, []queries.Check{bad}, small("staging.a", "select 2 as i"), small("staging.b", "select 3 as i"))
	if !errors.Is(err, pipelines.ErrCheckFailed) || !strings.Contains(err.Error(), "no_twos") || !strings.Contains(err.Error(), "There are no twos.") {
		t.Errorf("a blocking check: %v", err)
	}
	table, err := w.Query(t.Context(), "select i from staging.a")
	if err != nil || table.Rows[0][0] != int64(1) {
		t.Errorf("after a refused build staging.a holds %v (%v)", table.Rows, err)
	}
	if _, err := w.Query(t.Context(), "select i from staging.b"); err == nil {
		t.Error("a refused build left staging.b")
	}

	bad.Header.Warning = true
	result, err := buildThese(t.Context(), w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, []queries.Model{small("staging.a", "select 2 as i")}, []queries.Check{bad})
	if want := []CheckResult{{Name: "no_twos", Rows: 1, Text: "There are no twos.", Zh: "没有等于二的。"}}; err != nil || !cmp.Equal(result.Checks, want) {
		t.Errorf("a warning: %v %v", result.Checks, err)
	}
	twice := small("staging.a", "select 2 as i union all select 2")
	twice.Header.Checks = []queries.ColumnCheck{{Rule: "unique", Columns: []string{"i"}, Warning: true}}
	twice.Header.Grain = nil
	result, err = buildThese(t.Context(), w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, []queries.Model{twice}, nil)
	if want := []CheckResult{{Name: "staging.a: unique(i)", Rows: 1, Text: "no two rows of staging.a have the same i", Zh: "staging.a 中没有两行的 i 相同"}}; err != nil || !cmp.Equal(result.Checks, want) {
		t.Errorf("a warning of a header: %v %v", result.Checks, err)
	}
	if err := smallBuild(t, w, nil, small("staging.a", "select 2 as i")); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := buildThese(ctx, w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, []queries.Model{small("staging.a", "select 5 as i")}, nil); err == nil {
		t.Error("a cancelled build passed")
	}
	if table, err = w.Query(t.Context(), "select i from staging.a"); err != nil || table.Rows[0][0] != int64(2) {
		t.Errorf("after a cancelled build staging.a holds %v (%v)", table.Rows, err)
	}
}

func TestModelsThatAreNoMoreAreDropped(t *testing.T) {
	w := open(t, "")
	if err := smallBuild(t, w, nil, small("staging.a", "select 1 as i"), small("marts.old", "select i from staging.a", "staging.a")); err != nil {
		t.Fatal(err)
	}
	view := small("staging.a", "select 1 as i")
	view.Header.View = true
	if err := smallBuild(t, w, nil, view); err != nil {
		t.Fatal(err)
	}
	table, err := w.Query(t.Context(), "select table_name, table_type from information_schema.tables where table_schema in ('staging', 'marts') and table_name in ('a', 'old')")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{"a", "VIEW"}}, table.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsNameTheModelAndTheLine(t *testing.T) {
	for name, c := range map[string]struct {
		models []queries.Model
		want   []string
	}{
		"syntax":         {[]queries.Model{small("staging.a", "select\n    1 as i\nfrom from x")}, []string{"queries/staging/a.sql:3", "syntax error"}},
		"unknown column": {[]queries.Model{small("staging.a", "select\n    wisits as i\nfrom exports.visits", "exports.visits")}, []string{"queries/staging/a.sql:2", "wisits"}},
		"unknown table":  {[]queries.Model{small("staging.a", "select 1 as i from exports.wisits", "exports.wisits")}, []string{"exports.wisits", "no such table"}},
		"circle":         {[]queries.Model{small("staging.a", "select i from staging.b", "staging.b"), small("staging.b", "select i from staging.a", "staging.a")}, []string{"staging.a reads staging.b reads staging.a"}},
		"grain":          {[]queries.Model{small("staging.a", "select 1 as i union all select 1")}, []string{"queries/staging/a.sql", "unique(i)"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := smallBuild(t, open(t, ""), nil, c.models...)
			var fault *pipelines.Fault
			if !errors.As(err, &fault) || fault.Next == "" {
				t.Fatalf("%v is no fault a person can act on", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

// TestReads holds the parser of dependencies against every form of SELECT that is easy to get wrong.
func TestReads(t *testing.T) {
	w := open(t, "")
	for sql, want := range map[string]string{
		"select 1":                                                                                                "",
		"select * from s.a join s.b using (k)":                                                                    "s.a s.b",
		"select * from s.a natural join s.b":                                                                      "s.a s.b",
		"select * from s.a asof join s.b using (k, i)":                                                            "s.a s.b",
		"select * from s.a semi join s.b using (k)":                                                               "s.a s.b",
		"select * from s.a, s.b":                                                                                  "s.a s.b",
		"select * from s.a x where exists (select 1 from s.b y where y.k = x.k)":                                  "s.a s.b",
		"select (select max(i) from s.b) from s.a":                                                                "s.a s.b",
		"select * from s.a where i in (select i from s.b union select i from s.c)":                                "s.a s.b s.c",
		"with a as (select * from s.a) select * from a":                                                           "s.a",
		"with a as (select * from s.a), b as (select * from a) select * from b join a using (k)":                  "s.a",
		"with a as (with b as (select * from s.b) select * from b) select * from a":                               "s.b",
		"with a as (with b as (select * from s.b) select * from b) select * from a join b using (k)":              "b s.b",
		"with b as (select 1 as i) select * from s.b, b":                                                          "s.b",
		"with recursive r as (select i from s.a union all select r.i + 1 from r join s.b using (i)) from r":       "s.a s.b",
		"select i, sum(i) over (partition by k order by i) from s.a":                                              "s.a",
		"select * from (values (1), (2)) v (i) join s.a using (i)":                                                "s.a",
		"select k, count(*) from s.a group by grouping sets ((k), ()) having count(*) > (select min(i) from s.c)": "s.a s.c",
		"from s.a": "s.a",
		"select * from s.a pivot (sum(i) for k in (1))":                          "s.a",
		"select list_transform([1], x -> x + (select max(i) from s.c)) from s.a": "s.a s.c",
	} {
		got, err := readsOf(t.Context(), w, sql)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s\nreads %v (%v), want %s", sql, got, err, want)
		}
	}
}

// TestHeadersMatchResults compares the columns a header names with those its SELECT gives, in order, and demands that
// each model says what its rows and columns are.
func TestHeadersMatchResults(t *testing.T) {
	w := open(t, "")
	build1(t, w)
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		table, err := w.Query(t.Context(), "select * from "+m.Name+" limit 0")
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, c := range m.Header.Columns {
			named = append(named, c.Name)
		}
		if diff := cmp.Diff(table.Columns, named); diff != "" {
			t.Errorf("%s: header against result:\n%s", m.Path, diff)
		}
		if len(m.Header.Grain) == 0 {
			t.Errorf("%s: no grain", m.Path)
		}
	}
	checks, err := queries.Checks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		table, err := w.Query(t.Context(), c.SQL)
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, column := range c.Header.Columns {
			named = append(named, column.Name)
		}
		if diff := cmp.Diff(table.Columns, named); diff != "" {
			t.Errorf("%s: header against result:\n%s", c.Path, diff)
		}
	}
}
