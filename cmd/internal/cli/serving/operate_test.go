package serving

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/pipelines/runner"
)

// TestAPipelineIsRunAndPausedFromThePage drops a file beside a serving town, runs the pipeline from the page, and finds
// the run in the history; a pause from the page holds for the command line, and a missed run is made up for.
func TestAPipelineIsRunAndPausedFromThePage(t *testing.T) {
	town := t.TempDir()
	drop := func(name, rows string) {
		path := filepath.Join(town, "inbox", name)
		clitest.Write(t, path, []byte("村编号,村名,镇\n"+rows))
		past := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	drop("villages-1.csv", "V01,逍林村,逍林镇\n")
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	client := clitest.As(t, server, visitor.Administrator, "")
	post := func(action string) {
		if status, _ := clitest.Exchange(t, client, http.MethodPost, server.Address+"runs/default/"+action); status != http.StatusSeeOther {
			t.Fatalf("%s: status %d", action, status)
		}
	}
	drop("villages-2.csv", "V01,逍林村,逍林镇\nV02,新园村,逍林镇\n")
	post("run")
	last := clitest.AwaitRun(t, town, 2)
	if last.Pipeline != "default" || last.Trigger != "page" || last.State != pipelines.RunDone || last.Generation != 2 {
		t.Errorf("the run from the page: %+v", last)
	}
	post("pause")
	if status, out, stderr := clitest.Session(t, "schedule", "--dir", town, "--format", "csv"); status != clitest.Done || !strings.Contains(out, "Asia/Shanghai,true,") {
		t.Errorf("the pause is not kept: status %d\n%s%s", status, out, stderr)
	}
	server.Stop(t)

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
	aged = regexp.MustCompile(`,\s*"sha256": "[0-9a-f]{64}"`).ReplaceAllString(aged, "") // a changed document is a damaged one
	clitest.Write(t, document, []byte(aged))
	if err := os.Remove(filepath.Join(town, "paused.json")); err != nil {
		t.Fatal(err)
	}
	server = clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	if made := clitest.AwaitRun(t, town, 3); made.Trigger != "catch-up" || made.State != pipelines.RunUnchanged {
		t.Errorf("what was missed: %+v", made)
	}
	server.Stop(t)
	if history, err := runner.History(town); err != nil || len(history) != 3 {
		t.Errorf("%d runs, %v: two missed nights are made up for by one run", len(history), err)
	}
}
