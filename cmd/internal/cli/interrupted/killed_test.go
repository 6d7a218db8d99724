package interrupted

import (
	"bytes"
	"context"
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
	"hulian/pipelines/runner"
)

// TestKilledAtRandomMoments kills runs as a power cut would, at moments spread evenly over a run by chance, every third time
// while it publishes. After each kill people see the old numbers or the new ones, entirely; what had landed is there, byte by byte, and is taken out of
// the inbox, as a tidy clerk would; every other time the run that resumes is killed too. The run that is let live ends
// where an undisturbed one does and leaves nothing lying about.
func TestKilledAtRandomMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	wanted := trials.Kills(t, 6)
	first, more := clitest.TwoMonths(t)
	town := filepath.Join(t.TempDir(), "town") // always the same place: where files came from is recorded
	begin := func() {
		if err := os.RemoveAll(town); err != nil {
			t.Fatal(err)
		}
		clitest.Copied(t, first, town)
		clitest.Copied(t, more, filepath.Join(town, "inbox"))
	}
	before, _ := clitest.Seen(t, first)
	begin()
	started := time.Now()
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("the undisturbed run: status %d\n%s%s", status, out, stderr)
	}
	whole := time.Since(started)
	after, _ := clitest.Seen(t, town)
	if before == after {
		t.Fatal("the second month changes nothing: kills could not be told apart")
	}
	files := len(clitest.Landed(t, town))

	random := rand.New(rand.NewPCG(2018, uint64(wanted)))
	kills, survived, published, inside, stages := 0, 0, 0, 0, map[pipelines.Stage]int{}
	for kills < wanted {
		begin()
		for kills < wanted {
			moment := time.Duration(random.Float64() * float64(whole))
			began := time.Now()
			begun := atOnce
			if kills%3 == 2 {
				begun, moment = unfinished, time.Duration(random.Float64()*float64(whole)/10) // after the first file is there
			}
			if !killed(t, town, moment, begun, "run") {
				survived++
				whole = (whole + time.Since(began)) / 2 // the machine is less busy than when it was measured
				break
			}
			if kills++; kills%20 == 0 {
				t.Logf("%d kills", kills)
			}
			if unfinished(town) {
				inside++
			}
			hash, generation := clitest.Seen(t, town)
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
		if hash, generation := clitest.Seen(t, town); hash != after || generation < 2 {
			t.Fatalf("kill %d: the run that resumed ends elsewhere (generation %d)", kills, generation)
		}
		if n := len(clitest.Landed(t, town)); n != files {
			t.Fatalf("kill %d: %d files have landed, want %d", kills, n, files)
		}
		clitest.Litter(t, town)
	}
	t.Logf("%d kills, spread over %s: %d after the new numbers were out, %d inside publishing; by the last stage that was complete: %v; %d runs were faster than their killer",
		kills, whole.Round(time.Millisecond), published, inside, stages, survived)
}

// atOnce counts the moment of a kill from the start of the command.
func atOnce(string) bool { return true }

// unfinished reports whether files of a generation lie there that was not complete.
func unfinished(town string) bool {
	for _, folder := range []string{"snapshots", "marts"} {
		if found, _ := filepath.Glob(filepath.Join(town, folder, "*.part*")); len(found) > 0 {
			return true
		}
	}
	return false
}

// TestKilledWithUploadsPending kills a server again and again while files that were handed in wait or are being run. In the end
// every file whose upload was answered is in, once, and nothing is kept or left lying about.
func TestKilledWithUploadsPending(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	kills := max(trials.Kills(t, 30)/10, 3) // each takes as long as ten of the others
	town := clitest.VillagesTown(t)
	random := rand.New(rand.NewPCG(2018, 7))
	sent := 0
	for kill := range kills {
		s := clitest.Serve(t, town)
		for range 1 + random.IntN(3) {
			sent++
			s.Send(t, fmt.Sprintf("issues-%d.csv", sent), fmt.Appendf(nil, "问题编号,反映时间,村编号,问题类别,难易程度,办结时间,标题\nI%05d,2018-01-02 09:00,V00,环境卫生,容易,,第 %d 件\n", sent, sent))
		}
		time.Sleep(time.Duration(random.IntN(2500)) * time.Millisecond)
		s.Kill(t)
		if kill%3 == 2 { // a command takes up what is left, and is killed too
			killed(t, town, time.Duration(random.IntN(2500))*time.Millisecond, atOnce, "run")
		}
	}
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	_, out, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select count(*) as issues, count(distinct issue_id) as different, (select count(*) from files where name not like 'handed_in_files%') as files from issues")
	if want := fmt.Sprintf("issues,different,files\n%d,%d,%d\n", sent, sent, sent+1); out != want {
		t.Errorf("%d files were answered, and there are\n%s", sent, out)
	}
	if left := clitest.Boxes(t, town); len(left) > 0 {
		t.Errorf("uploads are left: %v", left)
	}
	if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
		t.Errorf("check: status %d, %v\n%s", status, found, stderr)
	}
	clitest.Landed(t, town)
	clitest.Litter(t, town)
	t.Logf("%d kills, %d uploads", kills, sent)
}

// killed starts a command and kills it after a while, counted from when something has begun; false where the command was over
// before.
func killed(t *testing.T, town string, moment time.Duration, begun func(town string) bool, arguments ...string) bool {
	t.Helper()
	var out bytes.Buffer
	run := exec.CommandContext(context.Background(), "hulian", append(arguments, "--dir", town)...)
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		for !begun(town) {
			select {
			case <-over:
				return
			case <-time.After(time.Millisecond):
			}
		}
		select {
		case <-over:
		case <-time.After(moment):
			_ = run.Process.Kill() // it may have ended since
		}
	}()
	err := run.Wait()
	close(over)
	if err == nil {
		return false
	}
	if run.ProcessState.Exited() { // of itself
		t.Fatalf("after %s %v failed: %v\n%s", moment, arguments, err, out.String())
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
