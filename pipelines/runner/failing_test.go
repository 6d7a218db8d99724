package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/source"
)

// given is a source of one file, a failure, or a panic.
type given struct {
	name, content string
	fail          error
}

func (g given) Name() string { return g.name }

func (g given) Items(context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		switch {
		case g.fail != nil:
			yield(source.Item{}, g.fail)
		case g.content == "":
			panic("out of reach")
		default:
			yield(source.Item{Name: "villages.csv", Origin: "memory", ModTime: time.Now(), Size: int64(len(g.content)), Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(g.content)), nil
			}}, nil)
		}
	}
}

const villages = "村编号,村名,镇\nV01,逍林村,逍林镇\n"

func TestASourceThatFailsHoldsUpNoOther(t *testing.T) {
	dir := t.TempDir()
	down := errors.New("no route to host")
	r, err := New(Config{Dir: dir, Programme: data.DefaultProgramme(), Pipeline: "night",
		Sources: []source.Source{given{name: "city", fail: down}, given{name: "inbox", content: villages}}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context(), "schedule")
	if !errors.Is(err, down) || run.State != pipelines.RunFailed || run.Generation != 1 || run.Pipeline != "night" {
		t.Fatalf("%+v, %v: the run must fail, and publish what the other source gave", run, err)
	}
	if want := []pipelines.RunReason{{Code: pipelines.RunSourceUnread, Subject: "city", Detail: "no route to host"}}; !cmp.Equal(run.Reasons, want) {
		t.Errorf("reasons %+v", run.Reasons)
	}
	history, err := History(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pipelines.Run{run}, history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	log := fmt.Sprint(run.Log)
	for _, says := range []string{"no route to host", "villages.csv", "accepted=1", "stage publish", "state=failed"} {
		if !strings.Contains(log, says) {
			t.Errorf("the log does not say %q:\n%s", says, log)
		}
	}
	only, err := New(Config{Dir: t.TempDir(), Programme: data.DefaultProgramme(), Sources: []source.Source{given{name: "city", fail: down}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := only.Run(t.Context(), "schedule"); !errors.Is(err, down) || errors.Is(err, pipelines.ErrNothingLoaded) {
		t.Errorf("error %v: a source that is down may be back for the retry", err)
	}
}

func TestAPanicIsAFailedRun(t *testing.T) {
	dir := t.TempDir()
	r, err := New(Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{given{name: "city"}}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context(), "schedule")
	if err == nil || run.State != pipelines.RunFailed || !strings.Contains(run.Error, "out of reach") || !strings.Contains(fmt.Sprint(run.Log), "failing_test.go") {
		t.Fatalf("%+v, %v", run, err)
	}
	good, err := New(Config{Dir: dir, Programme: data.DefaultProgramme(), Sources: []source.Source{given{name: "city", content: villages}}})
	if err != nil {
		t.Fatal(err)
	}
	if run, err := good.Run(t.Context(), "schedule"); err != nil || run.State != pipelines.RunDone {
		t.Errorf("the run after: %+v, %v", run, err)
	}
}

func TestATaskIsARun(t *testing.T) {
	dir := t.TempDir()
	r, err := New(Config{Dir: dir, Pipeline: "backup"})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	run, err := r.Task(t.Context(), "schedule", pipelines.StageBackup, func(ctx context.Context, record *pipelines.StageRecord) error {
		for _, lock := range []string{lockName, warehouseLockName} { // the second one keeps a dry run out
			if _, err := hold(ctx, dir, lock, nil); !errors.Is(err, pipelines.ErrBusy) {
				t.Errorf("%s is free: %v", lock, err)
			}
		}
		record.Rows = 7
		return full
	})
	if !errors.Is(err, full) || run.State != pipelines.RunFailed || len(run.Stages) != 1 || run.Stages[0].Rows != 7 || run.Pipeline != "backup" {
		t.Errorf("%+v, %v", run, err)
	}
}

func TestOldRunsAreForgottenButTheNewestOfEachPipeline(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
	for i, pipeline := range []string{"month", "night", "night", "month", "night", "night", "night"} {
		r, err := New(Config{Dir: dir, Pipeline: pipeline, KeepRuns: 2, Now: func() time.Time { return at.Add(time.Duration(i) * time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Task(t.Context(), "schedule", pipelines.StageBackup, func(context.Context, *pipelines.StageRecord) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	history, err := History(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, run := range history {
		ids = append(ids, run.ID+" "+run.Pipeline)
	}
	if diff := cmp.Diff([]string{"20180201T120000Z-0007 night", "20180201T110000Z-0006 night", "20180201T090000Z-0004 month"}, ids); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func TestALongLogIsCutAndSaysSo(t *testing.T) {
	j := newJournal(slog.DiscardHandler)
	log := slog.New(j).With("town", "逍林镇")
	for i := range keptLines + 5 {
		log.Info("file", "no", i, "name", "a b", "empty", "")
	}
	log.Debug("not kept")
	lines := j.kept.all()
	if len(lines) != keptLines || lines[1].Text != `file town=逍林镇 no=1 name="a b"` || !strings.Contains(lines[keptLines-1].Text, "no=1004") ||
		!strings.Contains(lines[keptLines-1].Text, "5 lines before it are left out") {
		t.Errorf("%d lines, second %q, last %q", len(lines), lines[1].Text, lines[len(lines)-1].Text)
	}
}

func TestOldLandedFilesAreLetGoAndDoNotComeAgain(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	run := func(content string) (pipelines.Run, error) {
		r, err := New(Config{Dir: dir, Programme: data.DefaultProgramme(), KeepLanded: 62, Now: func() time.Time { return now }, Sources: []source.Source{given{name: "city", content: content}}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Run(t.Context(), "schedule")
	}
	kept := func() (n int) {
		files, err := filepath.Glob(filepath.Join(dir, "landed", "??", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	bad := villages + ",没有编号,逍林镇\n" // a row to repair: its file is still wanted
	for _, content := range []string{villages, bad} {
		if _, err := run(content); err != nil {
			t.Fatal(err)
		}
	}
	if kept() != 2 {
		t.Fatalf("%d files are kept", kept())
	}
	before := asked(t, dir, "select village_id, name from villages order by all")
	now = now.AddDate(0, 0, 63)
	for range 2 {
		made, err := run(villages)
		if err != nil || made.State != pipelines.RunUnchanged {
			t.Errorf("%+v, %v: the old file is no news", made, err)
		}
		if kept() != 1 {
			t.Errorf("%d files are kept, want the one with a row to repair", kept())
		}
	}
	if after := asked(t, dir, "select village_id, name from villages order by all"); after != before {
		t.Errorf("rows changed: %q, were %q", after, before)
	}
}
