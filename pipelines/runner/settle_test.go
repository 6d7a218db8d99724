package runner

import (
	"os"
	"path/filepath"
	"testing"

	"hulian/data"
	"hulian/pipelines/source"
)

// TestWhatAKilledRunLeftIsSweptAway puts down what a kill leaves in the middle of a copy, in a folder whose name is a
// pattern itself, and beside it what must stay.
func TestWhatAKilledRunLeftIsSweptAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "town [1]*")
	gone := []string{"landed/.landing-1", "runs/.20180201T060000Z-0001.json-1", ".loading-1/rows.parquet", ".sources.json-1", "warehouse.duckdb.tmp/duckdb_temp_block-1.block"}
	stay := []string{"inbox/.landing-1", ".loading", "landed/.landing", ".hidden"}
	for _, name := range append(gone, stay...) {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{given{name: "inbox", content: villages}}})
	for _, name := range gone {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	for _, name := range stay {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
}
