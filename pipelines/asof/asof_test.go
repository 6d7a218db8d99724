package asof

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/data/sample"
	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
	"hulian/pipelines/source"

	"github.com/google/go-cmp/cmp"
)

const everything = "select measure, level, unit_id, month, numerator, denominator from measures order by all"

func run(t *testing.T, dir string, cutOff time.Time) publish.Generation {
	t.Helper()
	r, err := runner.New(runner.Config{
		Dir: dir, Sources: []source.Source{source.Folder(filepath.Join(dir, "inbox"))}, Programme: data.DefaultProgramme(),
		CutOff: cutOff, Threads: 1, MemoryLimit: "400MB", KeepGenerations: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(context.Background(), "test"); err != nil {
		t.Fatal(err)
	}
	generation, err := publish.Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	return generation
}

// TestADayIsKnownAsItWasThen looks back from a town with all its files, and compares every measure with a town that
// never received the later ones.
func TestADayIsKnownAsItWasThen(t *testing.T) {
	ctx := context.Background()
	day := time.Date(2017, 12, 20, 0, 0, 0, 0, time.UTC)
	whole, early := t.TempDir(), t.TempDir()
	for _, dir := range []string{whole, early} {
		if _, err := sample.Write(ctx, sample.Options{Dir: dir, Scale: 0.1, Start: "2017-10"}); err != nil {
			t.Fatal(err)
		}
	}
	removed := 0
	err := filepath.WalkDir(filepath.Join(early, "inbox"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().After(day.AddDate(0, 0, 1)) {
			removed++
			return os.Remove(path)
		}
		return err
	})
	if err != nil || removed == 0 {
		t.Fatalf("%v; %d files came later", err, removed)
	}

	run(t, whole, time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC))
	w, err := Rebuild(ctx, Config{Landed: filepath.Join(whole, "landed"), Day: day, Programme: data.DefaultProgramme(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, w)
	got, err := w.Query(ctx, everything)
	if err != nil {
		t.Fatal(err)
	}
	run(t, early, day)
	reader, err := publish.OpenReader(ctx, early, publish.ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, reader)
	snapshot, _, release, err := reader.Pin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	want, err := snapshot.Query(ctx, everything)
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Rows) < 1000 {
		t.Fatalf("only %d values to compare", len(want.Rows))
	}
	if diff := cmp.Diff(performance(want), performance(got)); diff != "" {
		t.Errorf("known then (-), looked back on (+):\n%s", diff)
	}
}

// performance leaves the state of refused rows aside: which of them were repaired since is not undone.
func performance(t pipelines.Table) [][]any {
	var rows [][]any
	for _, row := range t.Rows {
		if !strings.HasPrefix(row[0].(string), "quarantine_") && row[0] != "validity" {
			rows = append(rows, row)
		}
	}
	return rows
}

func TestADayBeforeTheFirstFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Dir: dir, Scale: 0.1, Start: "2017-12"}); err != nil {
		t.Fatal(err)
	}
	run(t, dir, time.Time{})
	_, err := Rebuild(context.Background(), Config{Landed: filepath.Join(dir, "landed"), Day: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), Programme: data.DefaultProgramme()})
	if err == nil || !strings.Contains(err.Error(), "2001-01-01") {
		t.Errorf("%v", err)
	}
}
