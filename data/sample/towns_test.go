package sample

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/pipelines"
)

// Towns beyond the first share the county's files; full lists must hold all towns, and the rows of a shared file must
// be those of the towns together.
func TestSeveralTowns(t *testing.T) {
	dir := t.TempDir()
	summary, err := Write(context.Background(), Options{Dir: dir, Towns: 3, Scale: .1, Months: 4, Start: "2017-10"})
	if err != nil {
		t.Fatal(err)
	}
	towns, planned, bad := map[string]bool{}, map[string]int{}, map[string]map[int]bool{}
	for _, name := range []string{"planted.json", "planted-0002.json", "planted-0003.json"} {
		truth := readTruth(t, dir, name)
		towns[truth.Town] = true
		for _, f := range truth.Files {
			if !strings.Contains(f.Path, "县平台") {
				continue
			}
			planned[f.Path] += f.Rows
			if bad[f.Path] == nil {
				bad[f.Path] = map[int]bool{}
			}
			for _, fault := range f.Faults {
				if bad[f.Path][fault.Row] {
					t.Errorf("%s: two towns claim row %d", f.Path, fault.Row)
				}
				bad[f.Path][fault.Row] = true
			}
		}
	}
	for path, want := range planned {
		rows := records(t, path, mustRead(t, filepath.Join(dir, filepath.FromSlash(path))))
		if len(rows)-1 != want {
			t.Errorf("%s holds %d rows, the towns wrote %d", path, len(rows)-1, want)
		}
		for row := range bad[path] {
			if row < 2 || row > len(rows) {
				t.Errorf("%s: no row %d", path, row)
			}
		}
	}
	ids := map[string]bool{}
	for _, row := range records(t, "households", mustRead(t, filepath.Join(dir, "inbox", "2018-01", "县平台_households_2018-01.csv")))[1:] {
		ids[row[0]] = true
	}
	if want := summary.Exports["households"].Rows; len(ids) != want || len(towns) != 3 {
		t.Errorf("the county's list holds %d households of %d towns, want %d of 3", len(ids), len(towns), want)
	}
}

// stopAt is a Progress that cancels after so many steps.
type stopAt struct {
	pipelines.Silent
	steps  int
	cancel context.CancelFunc
}

func (s *stopAt) Step(string) {
	if s.steps--; s.steps == 0 {
		s.cancel()
	}
}

// planted.json says that everything is there: it must not be when the second town, or the county's files, are not.
func TestAnUnfinishedSampleDoesNotPassForAWholeOne(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Write(ctx, Options{Dir: dir, Towns: 2, Scale: .1, Months: 2, Start: "2017-10", Progress: &stopAt{steps: 3, cancel: cancel}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that it was cancelled", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "truth", "planted.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("planted.json: %v", err)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestRefusesImpossibleOptions(t *testing.T) {
	for _, o := range []Options{{}, {Dir: "x", Start: "May"}, {Dir: "x", Scale: -1}, {Dir: "x", Months: 100}, {Dir: "x", Towns: 10000}} {
		if o.Dir != "" {
			o.Dir = t.TempDir()
		}
		if _, err := Write(context.Background(), o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestCancelledWriteLeavesNoTruth(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	if _, err := Write(ctx, Options{Dir: dir, Scale: .1}); err == nil {
		t.Fatal("a cancelled write reports success")
	}
	if _, err := os.Stat(filepath.Join(dir, "truth", "planted.json")); err == nil {
		t.Error("the truth says the town is complete")
	}
}
