package publish

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hulian/pipelines"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// TestAGenerationUponAnotherIsAsFromNothing publishes changes one after another and each of them into an empty folder
// too: tables, views and parquet files hold the same.
func TestAGenerationUponAnotherIsAsFromNothing(t *testing.T) {
	dir := t.TempDir()
	w := town(t, "")
	for _, row := range ask(t, w, "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('exports', 'history', 'waiting', 'marts') and table_name <> 'visits' and estimated_size = 0").Rows {
		exec1(t, w, "drop table "+row[0].(string)) // a hundred empty tables are as one
	}
	for i, change := range []string{
		"create table marts.passing as select 1 as a",
		"update exports.issues set category = 'water' where issue_id = 'I8'",
		"drop table marts.passing",
		"create table marts.passing as select 2 as b, 'x' as c",
		"alter table marts.passing rename column b to d",
		"update ops.files set landed_at = timestamp '2019-01-01', state = 'late'",
		"create table marts.large as select i, 'row ' || i as text, i % 7 as n from range(60000) r(i)",
		"update marts.large set text = 'other' where i % 500 = 3; insert into marts.large values (60000, null, null), (60001, 'last', 1)",
		"delete from marts.large where i > 59990",
		"insert into marts.large from marts.large where i < 10",
		"delete from marts.large where rowid in (select max(rowid) from marts.large where i = 7)",
		"delete from marts.large where i = 8",
		"update marts.large set n = n + 1",
		"create table marts.monthly as select i, case when i % 5 > 0 then '2018-0' || (1 + i % 5) end as month, i % 7 as n from range(60000) r(i)",
		"update marts.monthly set n = 8 where month = '2018-03' and i % 100 = 2",
		"update marts.monthly set month = '2018-04' where i in (7, 10); update marts.monthly set month = null where i = 11",
		"delete from marts.monthly where month = '2018-02' and i > 50000; insert into marts.monthly values (1, '2019-01', 1)",
		"delete from marts.monthly where month = '2018-05'",
		"insert into marts.monthly values (2, 'undated', 1)",
		"delete from marts.monthly where month = 'undated'",
		"insert into exports.visits by name select 'W' || i as visit_id, timestamp '2017-12-01' + i * interval '1' minute as visited_at, 1 as _file, i as _row from range(60000) r(i)",
		"update exports.visits set minutes = 3 where visit_id in ('W7', 'W59999')",
		"update exports.visits set visited_at = null where visit_id = 'W8'; update exports.visits set visited_at = timestamp '2018-05-01' where visit_id = 'W9'",
		"delete from exports.visits where visited_at >= timestamp '2018-01-01'",
	} {
		exec1(t, w, change)
		g, err := Publish(t.Context(), w, dir, Manifest{Version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := Publish(t.Context(), w, t.TempDir(), Manifest{Version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if g.Number != i+1 {
			t.Fatalf("after %q: generation %d", change, g.Number)
		}
		a, b := shown(t, g), shown(t, fresh)
		for name := range b {
			if a[name] != b[name] {
				t.Errorf("after %q: %s: %q upon another, %q from nothing", change, name, a[name], b[name])
			}
		}
		if len(a) != len(b) {
			t.Errorf("after %q: %d tables, views and files upon another, %d from nothing", change, len(a), len(b))
		}
	}
}

// TestOtherRowsOfALargeTableAreReplaced: what stayed keeps its place in the file, so that it is not encoded again. A mart may be a view.
func TestOtherRowsOfALargeTableAreReplaced(t *testing.T) {
	for name, large := range map[string]string{
		"a table":           "create table marts.large as select i, 'row ' || i as text from range(60000) r(i)",
		"a view":            "create table monthly as select i, 'row ' || i as text from range(60000) r(i); create view marts.large as from monthly",
		"a table of months": "create table marts.large as select i, '2018-0' || (1 + i % 9) as month, 'row ' || i as text from range(60000) r(i)",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			w := town(t, "")
			exec1(t, w, large)
			for _, want := range []string{"row 59999", "other"} {
				g, err := Publish(t.Context(), w, dir, Manifest{Version: "1"})
				if err != nil {
					t.Fatal(err)
				}
				snapshot, err := warehouse.Open(t.Context(), warehouse.Config{Path: g.Path, ReadOnly: true})
				if err != nil {
					t.Fatal(err)
				}
				if last := ask(t, snapshot, "select text from marts.large order by rowid desc limit 1").Rows[0][0]; last != want {
					t.Errorf("generation %d: the last row says %q, want %q", g.Number, last, want)
				}
				mustClose(t, snapshot)
				exec1(t, w, "update "+map[bool]string{true: "monthly", false: "marts.large"}[name == "a view"]+" set text = 'other' where i = 7")
			}
		})
	}
}

// TestAnUnreadableGenerationIsNotBuiltUpon damages the file that would be the beginning of the next.
func TestAnUnreadableGenerationIsNotBuiltUpon(t *testing.T) {
	dir := t.TempDir()
	w := town(t, "")
	g, err := Publish(t.Context(), w, dir, Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(g.Path, []byte("not a database"), 0o666); err != nil {
		t.Fatal(err)
	}
	resolveOne(t, w, "I8")
	next, err := Publish(t.Context(), w, dir, Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(shown(t, next)) == 0 {
		t.Error("nothing was published")
	}
}

// shown is what a generation shows: every table and view with its columns and rows, every parquet file with its rows.
func shown(t *testing.T, g Generation) map[string]string {
	t.Helper()
	snapshot, err := warehouse.Open(t.Context(), warehouse.Config{Path: g.Path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, snapshot)
	all := map[string]string{}
	for _, row := range ask(t, snapshot, "select table_schema || '.' || table_name, string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) from information_schema.columns where table_catalog = current_database() group by all").Rows {
		name := row[0].(string)
		content, err := model.ContentOf(t.Context(), snapshot, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = row[1].(string) + ": " + content
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(g.Path), "..", martsFolder, generationName(g.Number), "*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("parquet files: %v %v", files, err)
	}
	for _, file := range files {
		content, err := model.ContentOf(t.Context(), snapshot, "'"+file+"'")
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = content
	}
	return all
}

func ask(t *testing.T, q pipelines.Querier, query string) pipelines.Table {
	t.Helper()
	table, err := q.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	return table
}
