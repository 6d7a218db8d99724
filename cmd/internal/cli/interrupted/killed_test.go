package interrupted

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
)

// people is what people see of a town: every measure with its base, what became of every file, and the problems.
var people = []string{
	"select measure, level, unit_id, month, numerator, denominator, value from measures order by all",
	"select f.name, r.export, r.sheet, r.rows_read, r.accepted, r.quarantined, r.ignored, r.problem from ops.reconciliation r join ops.files f using (file_no) order by all",
	`select export, sheet, "row", column_id, code, state from ops.problems order by all`,
}

// seen is all of it as published now, as one hash, and the generation.
func seen(t *testing.T, town string) (hash string, generation int) {
	t.Helper()
	reader, err := publish.OpenReader(t.Context(), town, publish.ReaderOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer clitest.MustClose(t, reader)
	snapshot, g, release, err := reader.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	sum := sha256.New()
	for _, question := range people {
		answer, err := snapshot.Query(t.Context(), question)
		if err != nil || len(answer.Rows) == 0 {
			t.Fatalf("%s: %d rows, %v", question, len(answer.Rows), err)
		}
		for _, row := range answer.Rows {
			fmt.Fprintln(sum, row...)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), g.Number
}

// TestKilledAtRandomMoments kills runs as a power cut would, at moments spread evenly over a run by chance. After each
// kill people see the old numbers or the new ones, entirely; what had landed is there, byte by byte, and is taken out of
// the inbox, as a tidy clerk would; every other time the run that resumes is killed too. The run that is let live ends
// where an undisturbed one does and leaves nothing lying about.
func TestKilledAtRandomMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	wanted := trials.Kills(t, 20)
	first, more := clitest.TwoMonths(t)
	town := filepath.Join(t.TempDir(), "town") // always the same place: where files came from is recorded
	begin := func() {
		if err := os.RemoveAll(town); err != nil {
			t.Fatal(err)
		}
		clitest.Copied(t, first, town)
		clitest.Copied(t, more, filepath.Join(town, "inbox"))
	}
	before, _ := seen(t, first)
	begin()
	started := time.Now()
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("the undisturbed run: status %d\n%s%s", status, out, stderr)
	}
	whole := time.Since(started)
	after, _ := seen(t, town)
	if before == after {
		t.Fatal("the second month changes nothing: kills could not be told apart")
	}
	files := len(clitest.Landed(t, town))

	random := rand.New(rand.NewPCG(2018, uint64(wanted)))
	kills, survived, published, stages := 0, 0, 0, map[pipelines.Stage]int{}
	for kills < wanted {
		begin()
		for kills < wanted {
			moment := time.Duration(random.Float64() * float64(whole))
			began := time.Now()
			if !killed(t, town, moment) {
				survived++
				whole = (whole + time.Since(began)) / 2 // the machine is less busy than when it was measured
				break
			}
			if kills++; kills%20 == 0 {
				t.Logf("%d kills", kills)
			}
			hash, generation := seen(t, town)
			switch {
			case hash == after && generation > 1: // a number that was begun and never served is not given again
				published++
			case hash != before || generation != 1:
				t.Fatalf("kill %d, after %s: people see neither the old numbers nor the new ones (generation %d)", kills, moment, generation)
			}
			stages[reached(t, town)]++
			tidy(t, town)
			if random.IntN(2) == 0 {
				break
			}
		}
		if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
			t.Fatalf("kill %d: the run that resumes: status %d\n%s%s", kills, status, out, stderr)
		}
		if hash, generation := seen(t, town); hash != after || generation < 2 {
			t.Fatalf("kill %d: the run that resumed ends elsewhere (generation %d)", kills, generation)
		}
		if n := len(clitest.Landed(t, town)); n != files {
			t.Fatalf("kill %d: %d files have landed, want %d", kills, n, files)
		}
		clitest.Litter(t, town)
	}
	t.Logf("%d kills, spread over %s: %d after the new numbers were out; by the last stage that was complete: %v; %d runs were faster than their killer",
		kills, whole.Round(time.Millisecond), published, stages, survived)
}

// killed starts a run and kills it after a while; false where the run was over before.
func killed(t *testing.T, town string, moment time.Duration) bool {
	t.Helper()
	var out bytes.Buffer
	run := exec.CommandContext(context.Background(), "hulian", "run", "--dir", town)
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(moment, func() { _ = run.Process.Kill() }) // it may be over
	defer timer.Stop()
	err := run.Wait()
	if err == nil {
		return false
	}
	if run.ProcessState.Exited() { // of itself
		t.Fatalf("after %s the run failed: %v\n%s", moment, err, out.String())
	}
	return true
}

// reached is the last stage the newest run completed; empty where it completed none. Its record must be readable, and
// must not say that it is still at work.
func reached(t *testing.T, town string) pipelines.Stage {
	t.Helper()
	history, err := runner.History(town)
	if err != nil {
		t.Fatal(err)
	}
	if len(history) == 0 || history[0].State == pipelines.RunRunning || history[0].State == pipelines.RunFailed {
		t.Fatalf("history: %+v", history)
	}
	if status, _, stderr := clitest.Session(t, "status", "--dir", town); status != clitest.Done {
		t.Fatalf("status %d\n%s", status, stderr)
	}
	if stages := history[0].Stages; history[0].State == pipelines.RunInterrupted && len(stages) > 0 {
		return stages[len(stages)-1].Stage
	}
	return ""
}

// tidy takes out of the inbox what has landed.
func tidy(t *testing.T, town string) {
	t.Helper()
	for _, file := range clitest.Landed(t, town) {
		if err := os.Remove(filepath.Join(town, "inbox", filepath.FromSlash(file.Name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}
