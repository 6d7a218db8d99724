package cli

import (
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/runner"
)

// office is a client of the organisation office.
func office(t *testing.T, r *running, key string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if status, _ := exchange(t, client, http.MethodGet, r.address+"office?key="+key); status != http.StatusSeeOther {
		t.Fatalf("enter the office: status %d", status)
	}
	return client
}

// TestAPipelineIsRunAndPausedFromThePage drops a file beside a serving town, runs the pipeline from the page, and finds
// the run in the history; a pause from the page holds for the command line, and a missed run is made up for.
func TestAPipelineIsRunAndPausedFromThePage(t *testing.T) {
	const key = "0123456789ABCDEFGHIJ"
	town := t.TempDir()
	drop := func(name, rows string) {
		path := filepath.Join(town, "inbox", name)
		write(t, path, []byte("村编号,村名,镇\n"+rows))
		past := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	drop("villages-1.csv", "V01,逍林村,逍林镇\n")
	server := start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--office-key", key)
	client := office(t, server, key)
	post := func(action string) {
		if status, _ := exchange(t, client, http.MethodPost, server.address+"runs/default/"+action); status != http.StatusSeeOther {
			t.Fatalf("%s: status %d", action, status)
		}
	}
	drop("villages-2.csv", "V01,逍林村,逍林镇\nV02,新园村,逍林镇\n")
	post("run")
	last := awaitRun(t, town, 2)
	if last.Pipeline != "default" || last.Trigger != "page" || last.State != pipelines.RunDone || last.Generation != 2 {
		t.Errorf("the run from the page: %+v", last)
	}
	post("pause")
	if status, out, stderr := session(t, "schedule", "--dir", town, "--format", "csv"); status != statusDone || !strings.Contains(out, "Asia/Shanghai,true,") {
		t.Errorf("the pause is not kept: status %d\n%s%s", status, out, stderr)
	}
	server.stop(t)

	// The server was down for two nights: the last run is set back, the pause taken away.
	document := filepath.Join(town, "runs", last.ID+".json")
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().UTC().Add(-50 * time.Hour)
	aged := strings.ReplaceAll(string(content), last.StartedAt.Format(time.RFC3339Nano), long.Format(time.RFC3339Nano))
	if aged == string(content) {
		t.Fatal("the document does not hold its start")
	}
	write(t, document, []byte(aged))
	if err := os.Remove(filepath.Join(town, "paused.json")); err != nil {
		t.Fatal(err)
	}
	server = start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	if made := awaitRun(t, town, 3); made.Trigger != "catch-up" || made.State != pipelines.RunUnchanged {
		t.Errorf("what was missed: %+v", made)
	}
	server.stop(t)
	if history, err := runner.History(town); err != nil || len(history) != 3 {
		t.Errorf("%d runs, %v: two missed nights are made up for by one run", len(history), err)
	}
}

// awaitRun waits until a town has n runs and the newest has ended.
func awaitRun(t *testing.T, town string, n int) pipelines.Run {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		history, err := runner.History(town)
		if err != nil {
			t.Fatal(err)
		}
		if len(history) >= n && history[0].State != pipelines.RunRunning {
			return history[0]
		}
	}
	t.Fatalf("run %d does not come", n)
	return pipelines.Run{}
}
