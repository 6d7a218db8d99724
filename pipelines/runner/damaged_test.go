package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/source"
)

// loadedTown makes a town with one list of villages, published.
func loadedTown(t *testing.T) (dir string, c Config) {
	t.Helper()
	dir = t.TempDir()
	c = Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{given{name: "inbox", content: villages}}}
	mustRun(t, c)
	c.Sources = nil
	return dir, c
}

// landedAt is the content of the only landed file.
func landedAt(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, landedName, "??", "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	return found[0]
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[(at+len(content))%len(content)] ^= 4
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestADamagedLandedFileIsNeverLoaded changes a digit of what landed and takes the warehouse away: the run says which file
// is damaged and what helps, people see what was published, and the same file, sent again, heals the town.
func TestADamagedLandedFileIsNeverLoaded(t *testing.T) {
	dir, c := loadedTown(t)
	before := asked(t, dir, "select village_id, name from villages")
	at := landedAt(t, dir)
	flip(t, at, -5)
	if err := os.Remove(filepath.Join(dir, warehouseName)); err != nil {
		t.Fatal(err)
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context(), "command")
	if !errors.Is(err, pipelines.ErrDamaged) || run.State != pipelines.RunFailed || !strings.Contains(err.Error(), "villages.csv") || !strings.Contains(err.Error(), at) {
		t.Fatalf("%+v, %v", run.State, err)
	}
	if next := pipelines.Advice(err, pipelines.ErrDamaged); !strings.Contains(next, "send the same file again") || strings.Contains(err.Error(), "run again") {
		t.Errorf("advice %q of %v", next, err)
	}
	if len(run.Reasons) != 1 || run.Reasons[0].Code != pipelines.RunFileDamaged || !strings.Contains(data.ExplainRun(run, "zh"), "请管理员检查并修复") {
		t.Errorf("reasons %+v", run.Reasons)
	}
	if after := asked(t, dir, "select village_id, name from villages"); after != before {
		t.Errorf("people see %q, saw %q", after, before)
	}
	c.Sources = []source.Source{given{name: "inbox", content: villages}}
	healed := mustRun(t, c)
	if after := asked(t, dir, "select village_id, name from villages"); after != before || !strings.Contains(fmt.Sprint(healed.Log), "is whole again") {
		t.Errorf("people see %q, saw %q; the log: %v", after, before, healed.Log)
	}
}

// TestRunningAgainIsNotTheAdviceOfADamagedWarehouse damages its header and then its blocks.
func TestRunningAgainIsNotTheAdviceOfADamagedWarehouse(t *testing.T) {
	for name, at := range map[string]int{"header": 100, "blocks": 3*4096 + 5} {
		dir, c := loadedTown(t)
		path := filepath.Join(dir, warehouseName)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, path, at)
		for block := at; name == "blocks" && block < int(info.Size()); block += 100_000 {
			flip(t, path, block)
		}
		c.Sources = []source.Source{given{name: "inbox", content: villages + "V02,新园村,逍林镇\n"}}
		r, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		run, err := r.Run(t.Context(), "command")
		if !errors.Is(err, pipelines.ErrDamaged) || pipelines.Advice(err, pipelines.ErrDamaged) != "hulian check --repair" || strings.Contains(run.Error, "run again") {
			t.Errorf("%s: %v\n%s", name, err, run.Error)
		}
		if len(run.Reasons) != 1 || run.Reasons[0].Code != pipelines.RunFileDamaged || run.Reasons[0].Subject != path {
			t.Errorf("%s: reasons %+v", name, run.Reasons)
		}
	}
}

// TestAManifestThatLostLinesTakesNoFurtherFile: the next file would be given the number of one that was loaded.
func TestAManifestThatLostLinesTakesNoFurtherFile(t *testing.T) {
	dir, c := loadedTown(t)
	manifest := land.Manifest(filepath.Join(dir, landedName))
	for _, way := range []struct {
		name string
		lose func() error
	}{{"emptied", func() error { return os.Truncate(manifest, 0) }}, {"removed", func() error { return os.Remove(manifest) }}} {
		if err := way.lose(); err != nil {
			t.Fatal(err)
		}
		c.Sources = []source.Source{given{name: "inbox", content: villages + "V02,新园村,逍林镇\n"}}
		r, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context(), "command"); !errors.Is(err, pipelines.ErrDamaged) || pipelines.Advice(err, pipelines.ErrDamaged) != "hulian check --repair" {
			t.Errorf("%s: %v", way.name, err)
		}
		if content, err := os.ReadFile(manifest); len(content) > 0 {
			t.Errorf("%s: a file landed: %s, %v", way.name, content, err)
		}
	}
}

// offering is a source of given items and of errors about items.
type offering []any

func (offering) Name() string { return "offering" }

func (o offering) Items(context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		for _, one := range o {
			switch one := one.(type) {
			case string:
				if !yield(source.Item{Name: "villages.csv", Origin: "memory", ModTime: time.Now(), Size: int64(len(one)), Open: func(context.Context) (io.ReadCloser, error) {
					return io.NopCloser(strings.NewReader(one)), nil
				}}, nil) {
					return
				}
			case error:
				if !yield(source.Item{Name: "issues.csv"}, one) {
					return
				}
			}
		}
	}
}

// TestAFileThatIsStillBeingWrittenIsOnRecordAndNoFailure offers one alone, beside others, and in a new town.
func TestAFileThatIsStillBeingWrittenIsOnRecordAndNoFailure(t *testing.T) {
	dir := t.TempDir()
	growing := offering{source.ErrChanged}
	c := Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{growing}}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if run, err := r.Run(t.Context(), "command"); !errors.Is(err, pipelines.ErrNothingLoaded) || !strings.Contains(err.Error(), "still being written") {
		t.Errorf("a new town: %v, %v", run.State, err)
	}
	for _, sources := range [][]source.Source{{offering{villages, source.ErrChanged}}, {growing}} {
		c.Sources = sources
		run := mustRun(t, c)
		left := run.Files[0]
		if left.Name != "issues.csv" || left.Problem != pipelines.FileGrowing || !left.Later() || run.Error != "" {
			t.Errorf("on record: %+v, error %q", run.Files, run.Error)
		}
		if diff := cmp.Diff("land", string(run.Stages[0].Stage)); diff != "" || !strings.Contains(run.Stages[0].Detail, "1 still being written") {
			t.Errorf("stages %+v", run.Stages)
		}
	}
}

func TestALinkIsRefusedWithItsReason(t *testing.T) {
	dir := t.TempDir()
	run := mustRun(t, Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{offering{villages, fmt.Errorf("%w: it leads out", source.ErrLink)}}})
	if len(run.Files) != 2 || run.Files[0].Problem != pipelines.FileLink || len(run.Files[0].Detail) == 0 {
		t.Errorf("%+v", run.Files)
	}
}

// TestATownIsClosedToOthersByTheNextRun opens every file and folder of a town to everybody, as an earlier version and a copy
// did.
func TestATownIsClosedToOthersByTheNextRun(t *testing.T) {
	dir, c := loadedTown(t)
	for _, name := range []string{"hulian.yaml", "closings/2018-01/signed-1.json", "inbox/2018-01/visits.csv"} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte("\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, map[bool]fs.FileMode{true: 0o755, false: 0o644}[entry.IsDir()])
	}); err != nil {
		t.Fatal(err)
	}
	run := mustRun(t, c)
	if !strings.Contains(fmt.Sprint(run.Log), "now its owner alone can") {
		t.Errorf("the log says nothing: %v", run.Log)
	}
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && !strings.HasSuffix(path, "inbox/2018-01/visits.csv") {
			t.Errorf("%s: %v", path, info.Mode())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if again := mustRun(t, c); strings.Contains(fmt.Sprint(again.Log), "now its owner alone can") {
		t.Error("once more, though nothing was open")
	}
}
