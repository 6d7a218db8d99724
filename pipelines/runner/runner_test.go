package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/data/sample"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/pipelines/source"
)

// TestMain is the killed process too: with the variable set, the test binary makes a run and dies at a given step.
func TestMain(m *testing.M) {
	if step, err := strconv.Atoi(os.Getenv("RUN_AND_DIE_AT_STEP")); err == nil {
		runner, err := New(config(os.Getenv("RUN_IN")))
		if err != nil {
			panic(err)
		}
		runner.config.Progress = &mortal{left: step}
		_, err = runner.Run(context.Background(), "test")
		fmt.Fprintln(os.Stderr, "lived:", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mortal kills its process at a step, as a power cut would: nothing is cleaned up.
type mortal struct{ left int }

func (p *mortal) Stage(pipelines.Stage, int) { p.Step("") }
func (p *mortal) Step(string) {
	if p.left--; p.left == 0 {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {} // until the signal arrives
	}
}

func config(dir string) Config {
	return Config{
		Dir: dir, Sources: []source.Source{source.Folder(filepath.Join(dir, "inbox"))}, Programme: data.DefaultProgramme(),
		CutOff: time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC), Threads: 1, MemoryLimit: "400MB", KeepGenerations: 3,
	}
}

// town writes a small sample town of four months and returns its folder.
func town(t *testing.T) string { t.Helper(); return townFrom(t, "2017-10") }

// townFrom writes a small sample town that begins with a month, for what hangs on no earlier one.
func townFrom(t *testing.T, month string) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Dir: dir, Scale: 0.1, Start: month}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustRun(t *testing.T, c Config) pipelines.Run {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(context.Background(), "test")
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// asked answers a query from what is published, one row a line.
func asked(t *testing.T, dir, sql string) string {
	t.Helper()
	var lines strings.Builder
	for _, row := range table(t, dir, sql).Rows {
		fmt.Fprintln(&lines, row...)
	}
	return lines.String()
}

func TestARunPublishesAndTheNextChangesNothing(t *testing.T) {
	dir := town(t)
	first := mustRun(t, config(dir))
	if first.State != pipelines.RunDone || first.Generation != 1 || first.Snapshot == "" || len(first.Files) == 0 {
		t.Fatalf("first run: %+v", first)
	}
	var stages []pipelines.Stage
	for _, s := range first.Stages {
		stages = append(stages, s.Stage)
	}
	if diff := cmp.Diff([]pipelines.Stage{pipelines.StageLand, pipelines.StageLoad, pipelines.StageModel, pipelines.StagePublish}, stages); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	for _, f := range first.Files {
		if !f.Balanced() {
			t.Errorf("%s does not add up: %+v", f.Name, f)
		}
	}
	second := mustRun(t, config(dir))
	if second.State != pipelines.RunUnchanged || second.Generation != first.Generation || second.Snapshot != first.Snapshot || len(second.Files) != 0 {
		t.Errorf("second run: %+v", second)
	}
	history, err := History(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pipelines.Run{second, first}, history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestABadFileDisturbsNoOther(t *testing.T) {
	dir := townFrom(t, "2018-01")
	if err := os.WriteFile(filepath.Join(dir, "inbox", "broken.xlsx"), []byte("PK\x03\x04 and no more"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := mustRun(t, config(dir))
	if run.State != pipelines.RunDone {
		t.Fatalf("run: %+v", run)
	}
	refused := 0
	for _, f := range run.Files {
		if f.Name == "broken.xlsx" && f.Problem != "" {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("broken.xlsx is not on record: %+v", run.Files)
	}
	if got := asked(t, dir, "select count(*) > 0 from visits"); got != "true\n" {
		t.Errorf("visits are missing")
	}
}

func TestNothingUsableIsSaid(t *testing.T) {
	dir := t.TempDir()
	inbox := filepath.Join(dir, "inbox")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := New(config(dir))
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(context.Background(), "test")
	if !errors.Is(err, pipelines.ErrNothingLoaded) || run.State != pipelines.RunFailed || run.Error == "" {
		t.Errorf("an empty inbox: %v, %+v", err, run)
	}
	if err := os.WriteFile(filepath.Join(inbox, "empty.csv"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	run, err = r.Run(context.Background(), "test")
	if !errors.Is(err, pipelines.ErrNothingLoaded) || !strings.Contains(run.Error, "empty.csv") || !strings.HasPrefix(data.ExplainRun(run, "zh"), "收到的文件没有一行可用：“empty.csv”（") {
		t.Errorf("an empty file: %v, %+v", err, run)
	}
	if _, err := publish.Current(dir); !errors.Is(err, pipelines.ErrNotPublished) {
		t.Errorf("published: %v", err)
	}
}

// cancelling cancels a run when a stage begins.
type cancelling struct {
	at     pipelines.Stage
	cancel context.CancelFunc
}

func (p cancelling) Stage(name pipelines.Stage, _ int) {
	if name == p.at {
		p.cancel()
	}
}
func (p cancelling) Step(string) {}

func TestACancelledRunLeavesWhatWasPublished(t *testing.T) {
	dir := townFrom(t, "2017-12")
	held := filepath.Join(dir, "later")
	last := filepath.Join(dir, "inbox", "2018-01")
	if err := os.Rename(last, held); err != nil {
		t.Fatal(err)
	}
	first := mustRun(t, config(dir))
	if err := os.Rename(held, last); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []pipelines.Stage{pipelines.StageLand, pipelines.StageLoad, pipelines.StageModel, pipelines.StagePublish} {
		ctx, cancel := context.WithCancel(context.Background())
		c := config(dir)
		c.Progress = cancelling{stage, cancel}
		r, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		run, err := r.Run(ctx, "test")
		cancel()
		if stage == pipelines.StagePublish && err == nil {
			continue // the pointer had moved before anyone looked at the context
		}
		if !errors.Is(err, context.Canceled) || run.State != pipelines.RunCancelled || !strings.HasPrefix(data.ExplainRun(run, "zh"), "运行被取消。") {
			t.Errorf("cancelled at %s: %v, state %s", stage, err, run.State)
		}
		if current, err := publish.Current(dir); err != nil || current.Hash != first.Snapshot {
			t.Errorf("cancelled at %s: generation %d is published (%v)", stage, current.Number, err)
		}
	}
	run := mustRun(t, config(dir))
	if run.Generation != 2 || run.Snapshot == first.Snapshot {
		t.Errorf("the run after: %+v", run)
	}
}

// everything is what people see: each measure of each unit and month, and the rows of every export.
const everything = "select measure, level, unit_id, month, numerator, denominator, round(value, 9) from measures order by all"

// TestAKilledRunIsResumed kills runs at steps spread over all stages. After each, what is published is whole, and the
// run that follows ends where an undisturbed one would.
func TestAKilledRunIsResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	undisturbed := townFrom(t, "2018-01")
	counted := &counter{}
	c := config(undisturbed)
	c.Progress = counted
	mustRun(t, c)
	want := asked(t, undisturbed, everything)
	kills := trials.Kills(t, 4)
	for i := range kills {
		step := 1 + i*(counted.steps-1)/max(kills-1, 1)
		dir := townFrom(t, "2018-01")
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), "RUN_AND_DIE_AT_STEP="+strconv.Itoa(step), "RUN_IN="+dir)
		if out, err := command.CombinedOutput(); err == nil {
			t.Fatalf("step %d of %d: the run was not killed: %s", step, counted.steps, out)
		}
		if history, err := History(dir); err != nil || len(history) != 1 || history[0].State != pipelines.RunInterrupted {
			t.Errorf("step %d: history %+v, %v", step, history, err)
		}
		run := mustRun(t, config(dir))
		if run.State != pipelines.RunDone && run.State != pipelines.RunUnchanged {
			t.Errorf("step %d: the run after ended %s", step, run.State)
		}
		if got := asked(t, dir, everything); got != want {
			t.Errorf("step %d of %d: the measures differ from those of an undisturbed run", step, counted.steps)
		}
	}
}

type counter struct{ steps int }

func (c *counter) Stage(pipelines.Stage, int) { c.steps++ }
func (c *counter) Step(string)                { c.steps++ }
