package publish

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// keptTables are the tables of a warehouse that cannot be computed again, with what they hold.
func keptTables(t *testing.T, w *warehouse.Warehouse) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, row := range ask(t, w, "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('exports', 'history', 'waiting', 'ops') and database_name = current_database()").Rows {
		name := row[0].(string)
		if name == "ops.fingerprints" { // says how models were built: without it they are built anew
			continue
		}
		content, err := model.ContentOf(t.Context(), w, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = content
	}
	return all
}

// TestALostWarehouseIsFilledFromAGeneration compares every table with the warehouse that was published, and publishes what was
// filled: it is the same, so that nothing is written.
func TestALostWarehouseIsFilledFromAGeneration(t *testing.T) {
	dir := t.TempDir()
	w := town(t, filepath.Join(dir, "warehouse.duckdb"))
	exec1(t, w, "insert into waiting.issues by name select 'W1' as issue_id, 'V9' as village_id, 1 as _file, 9 as _row, 'Sheet1' as _sheet")
	exec1(t, w, "insert into ops.waivers values (1, '王样本', '原件已核对', timestamp '2018-02-01 08:00:00')")
	build(t, w)
	g, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	filled, err := warehouse.Open(t.Context(), warehouse.Config{Path: filepath.Join(dir, "filled.duckdb"), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := filled.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := Refill(t.Context(), filled, g); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keptTables(t, w), keptTables(t, filled)); diff != "" {
		t.Errorf("tables (-published +filled):\n%s", diff)
	}
	build(t, filled)
	if again, err := Publish(t.Context(), filled, dir, Manifest{Version: "test"}); err != nil || again.Number != g.Number {
		t.Errorf("published again: generation %d, %v", again.Number, err)
	}
}

// TestAGenerationOfOtherTablesFillsNothing: what it lacks, or has too much, would be lost without a word.
func TestAGenerationOfOtherTablesFillsNothing(t *testing.T) {
	for _, change := range []string{
		"drop table ops.waivers", "drop schema waiting cascade", "alter table waiting.issues drop column title", "alter table history.issues add column gone varchar", "create table ops.other as select 1 as a",
	} {
		dir := t.TempDir()
		w := town(t, "")
		exec1(t, w, change)
		g, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
		if err != nil {
			t.Fatalf("%s: %v", change, err)
		}
		empty, err := warehouse.Open(t.Context(), warehouse.Config{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := Refill(t.Context(), empty, g); !errors.Is(err, ErrOtherTables) {
			t.Errorf("%s: %v", change, err)
		}
		if left := keptTables(t, empty); len(left) > 0 {
			t.Errorf("%s: the warehouse holds %d tables", change, len(left))
		}
		if err := empty.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
