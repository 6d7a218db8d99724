package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

func TestHistoryIsNewestFirstAndKnowsTheInterrupted(t *testing.T) {
	dir := t.TempDir()
	if runs, err := History(dir); err != nil || len(runs) != 0 {
		t.Fatalf("of a new town: %v %v", runs, err)
	}
	at := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
	var written []pipelines.Run
	for i, state := range []pipelines.RunState{pipelines.RunDone, pipelines.RunFailed, pipelines.RunRunning} {
		before, err := lastID(dir)
		if err != nil {
			t.Fatal(err)
		}
		run := pipelines.Run{ID: newID(at.Add(-time.Duration(i)*time.Minute), before), Trigger: "test", State: state, StartedAt: at,
			Stages: []pipelines.StageRecord{}, Files: []pipelines.Reconciliation{}}
		if err := write(dir, run); err != nil {
			t.Fatal(err)
		}
		written = append(written, run)
	}
	for _, foreign := range []string{".20180201T060000Z-0001.json-123", "notes.json", "20180201T060000Z-0001.json.bak"} {
		if err := os.WriteFile(filepath.Join(dir, runsName, foreign), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := slices.Clone(written)
	slices.Reverse(want) // though the clock went backwards
	want[0].State = pipelines.RunInterrupted
	got, err := History(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with nobody at work (-want +got):\n%s", diff)
	}
	release, err := Hold(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer letGo(t, release)
	if got, err = History(dir); err != nil || got[0].State != pipelines.RunRunning {
		t.Errorf("with a run at work: %v %v", got[0].State, err)
	}
}

// letGo gives the lock back.
func letGo(t *testing.T, release func() error) {
	t.Helper()
	if err := release(); err != nil {
		t.Error(err)
	}
}

// TestADamagedRecordStopsNothing damages a record in several ways: the others are told, the damaged one is named, and the
// next run goes on, under a number of its own.
func TestADamagedRecordStopsNothing(t *testing.T) {
	for name, content := range map[string]string{
		"torn": `{"id": "2018`, "empty": "", "of another run": `{"id": "20180201T050000Z-0001"}`, "flipped": "",
	} {
		dir := t.TempDir()
		whole := pipelines.Run{ID: "20180201T060000Z-0001", State: pipelines.RunDone}
		hurt := pipelines.Run{ID: "20180201T070000Z-0002", State: pipelines.RunDone, Files: []pipelines.Reconciliation{{Name: "a.csv", Read: 7}}}
		if err := errors.Join(write(dir, whole), write(dir, hurt)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, runsName, hurt.ID+".json")
		if name == "flipped" { // still JSON, and another number of rows
			written, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content = strings.Replace(string(written), `"read": 7`, `"read": 5`, 1)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if history, err := History(dir); err != nil || len(history) != 1 || history[0].ID != whole.ID {
			t.Errorf("%s: history %+v, %v", name, history, err)
		}
		damaged, err := Damaged(dir)
		if err != nil || len(damaged) != 1 || damaged[0].At != path || !errors.Is(damaged[0], pipelines.ErrDamaged) || damaged[0].Next == "" {
			t.Errorf("%s: damaged %v, %v", name, damaged, err)
		}
		var log bytes.Buffer
		r, err := New(Config{Dir: dir, Now: func() time.Time { return time.Date(2018, 2, 1, 7, 0, 0, 0, time.UTC) }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		run, err := r.Task(t.Context(), "test", pipelines.StageBackup, func(context.Context, *pipelines.StageRecord) error { return nil })
		if err != nil || run.ID != "20180201T070000Z-0003" {
			t.Errorf("%s: the next run: %s, %v", name, run.ID, err)
		}
		if !strings.Contains(log.String(), path) {
			t.Errorf("%s: the log does not name the record:\n%s", name, log.String())
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != content {
			t.Errorf("%s: the damaged record was touched: %q, %v", name, left, err)
		}
	}
}

func TestOneRunAtATime(t *testing.T) {
	dir := t.TempDir()
	run := pipelines.Run{ID: newID(time.Now(), ""), Trigger: "schedule", State: pipelines.RunRunning, StartedAt: time.Now()}
	if err := write(dir, run); err != nil {
		t.Fatal(err)
	}
	release, err := Hold(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(context.Background(), dir, nil); !errors.Is(err, pipelines.ErrBusy) || !strings.Contains(err.Error(), run.ID) {
		t.Errorf("a second run beside the first: %v", err)
	}

	told := make(chan string, 1)
	got := make(chan error, 1)
	go func() {
		next, err := Hold(context.Background(), dir, func(holder string) { told <- holder })
		if err == nil {
			err = next()
		}
		got <- err
	}()
	if holder := <-told; !strings.Contains(holder, run.ID) || !strings.Contains(holder, "schedule") {
		t.Errorf("told to wait for %q", holder)
	}
	letGo(t, release)
	if err := <-got; err != nil {
		t.Errorf("after the first run ended: %v", err)
	}

	release, err = Hold(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer letGo(t, release)
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Hold(ctx, dir, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
}

// TestARunThatEndsWhileTheHistoryIsReadWasNotInterrupted ends a run between the reading of its document and the look at
// the lock, which the documents of later runs keep apart.
func TestARunThatEndsWhileTheHistoryIsReadWasNotInterrupted(t *testing.T) {
	dir := t.TempDir()
	run := pipelines.Run{ID: "20180101T000000Z-0001", Trigger: "test"}
	for i := range 400 {
		if err := write(dir, pipelines.Run{ID: fmt.Sprintf("20180201T000000Z-%04d", i+2), Trigger: "test", State: pipelines.RunDone}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 40 {
		release, err := Hold(context.Background(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		run.State = pipelines.RunRunning
		if err := write(dir, run); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			time.Sleep(time.Duration(i) * 200 * time.Microsecond)
			run := run
			run.State = pipelines.RunDone
			written := write(dir, run)
			ended <- errors.Join(written, release())
		}()
		history, err := History(dir)
		if err := errors.Join(err, <-ended); err != nil {
			t.Fatal(err)
		}
		if got := history[len(history)-1].State; got != pipelines.RunRunning && got != pipelines.RunDone {
			t.Fatalf("a run that ended well is %s", got)
		}
	}
}
