package serving

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines/runner"
)

// beside are commands that answer whatever is at work.
func beside(more string) [][]string {
	return [][]string{
		{"query", "select count(*) as n from villages"}, {"status"}, {"schedule"}, {"metrics", "--level", "town"}, {"problems"},
		{"close", "--list"}, {"import", "--dry-run", more}, {"map", more},
	}
}

// TestCommandsBesideARun holds a run of a server at work, by a source that keeps it waiting. Questions are answered all
// the while; what writes waits and says for whom, and is done when the run is.
func TestCommandsBesideARun(t *testing.T) {
	town, release := filepath.Join(t.TempDir(), "town"), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		clitest.Answer(w, clitest.VillageList(4))
	}))
	t.Cleanup(slow.Close)
	free := sync.OnceFunc(func() { close(release) })
	t.Cleanup(free)
	clitest.Kept(t, filepath.Join(town, "inbox", "villages.csv"), clitest.VillageList(3))
	if status, _, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	clitest.Kept(t, filepath.Join(town, "sources.yaml"), []byte("sources:\n  - {name: slow, kind: web, files: [{name: v4.csv, address: '"+slow.URL+"/v4.csv'}]}\n"))
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("pipelines:\n  - {name: slow, cron: off, sources: [slow]}\n  - {name: own, cron: off, sources: [inbox]}\n"))
	s := clitest.Serve(t, town)
	s.Do(t, "slow", "run")
	id := atWork(t, town)

	more := filepath.Join(t.TempDir(), "more.csv")
	clitest.Kept(t, more, clitest.VillageList(5))
	for _, arguments := range beside(more) {
		if status, out, stderr := clitest.Process(t, append(arguments, "--dir", town)...); status != clitest.Done || strings.Contains(stderr, "waiting") {
			t.Errorf("%v: status %d\n%s%s", arguments, status, out, stderr)
		}
	}
	if page := s.Get(t, "runs"); !strings.Contains(page, "进行中") {
		t.Error("the page of runs does not show the run at work")
	}
	var writers []*clitest.Errand
	for _, arguments := range [][]string{{"run", "--pipeline", "own"}, {"import", more}, {"backup", filepath.Join(t.TempDir(), "town.zip")}} {
		w := clitest.Begin(t, append(arguments, "--dir", town)...)
		w.Says(t, "waiting for run "+id+", started by page")
		writers = append(writers, w)
	}
	free()
	for _, w := range writers {
		<-w.Ended
		if status := w.Command.ProcessState.ExitCode(); status != clitest.Done {
			t.Errorf("%v: status %d\n%s%s", w.Command.Args, status, w.Out.String(), w.Errs.String())
		}
	}
	if _, out, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select count(*) from villages"); !strings.Contains(out, "5") {
		t.Errorf("villages: %s", out)
	}
}

// spokenOf finds a lock in what a command says to a person.
var spokenOf = regexp.MustCompile(`(?i)\block(s|ed)?\b|another run`)

// atWork waits for a run that is at work and returns its ID.
func atWork(t *testing.T, town string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		history, err := runner.History(town)
		if err != nil {
			t.Fatal(err)
		}
		if len(history) > 0 && history[0].State == "running" {
			return history[0].ID
		}
	}
	t.Fatal("no run is at work")
	return ""
}

// TestNobodyIsTurnedAway lets processes import, run and back up at once beside a server, again and again, while others ask
// and pages are read: the town keeps one generation only, so that what is read is removed all the time. Every one of them
// succeeds, and none speaks of a lock.
func TestNobodyIsTurnedAway(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many processes")
	}
	town, files := filepath.Join(t.TempDir(), "town"), t.TempDir()
	clitest.Kept(t, filepath.Join(town, "inbox", "villages.csv"), clitest.VillageList(3))
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("keep_generations: 1\nschedule: off\n"))
	if status, _, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	s := clitest.Serve(t, town)
	var mu sync.Mutex
	done := map[string]int{}
	must := func(arguments ...string) {
		status, out, stderr := clitest.Process(t, append(arguments, "--dir", town)...)
		if status != clitest.Done || spokenOf.MatchString(stderr) {
			t.Errorf("%v: status %d\n%s%s", arguments, status, out, stderr)
		}
		mu.Lock()
		defer mu.Unlock()
		done[arguments[0]]++
	}
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	writers.Go(func() {
		for n := range 4 {
			at := filepath.Join(files, fmt.Sprintf("villages-%d.csv", n))
			clitest.Kept(t, at, clitest.VillageList(4+n))
			must("import", at)
		}
	})
	writers.Go(func() {
		for n := range 2 {
			must("run")
			must("backup", filepath.Join(files, fmt.Sprintf("town-%d.zip", n)))
		}
	})
	sample := filepath.Join(files, "sample.csv")
	clitest.Kept(t, sample, clitest.VillageList(30))
	const pause = 100 * time.Millisecond // else they have all of the machine, and the writers take minutes
	readers.Go(func() {
		for {
			for _, arguments := range beside(sample) {
				select {
				case <-stop:
					return
				case <-time.After(pause):
				}
				must(arguments...)
			}
		}
	})
	readers.Go(func() {
		for pages := []string{"", "runs", "data", "healthz"}; ; {
			for _, page := range pages {
				select {
				case <-stop:
					return
				case <-time.After(pause):
				}
				s.Get(t, page)
			}
		}
	})
	writers.Wait()
	close(stop)
	readers.Wait()
	if _, out, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", "select count(*) from villages"); !strings.Contains(out, "7") {
		t.Errorf("villages at the end: %s", out)
	}
	if done["query"] == 0 || done["import"] < 4 {
		t.Errorf("too little was done for a proof: %v", done)
	}
	t.Logf("commands beside each other: %v", done)
}
