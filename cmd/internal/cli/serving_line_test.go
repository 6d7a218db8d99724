package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScheduleShowsTheLineThatTheServerRunsBy: the one serve was started with, to other processes, as long as it runs.
func TestScheduleShowsTheLineThatTheServerRunsBy(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	villages := filepath.Join(t.TempDir(), "villages.csv")
	write(t, villages, []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := session(t, "import", "--dir", town, villages); status != statusDone {
		t.Fatal(stderr)
	}
	shown := func() (out, stderr string) {
		t.Helper()
		status, out, stderr := process(t, "schedule", "--dir", town, "--format", "csv")
		if status != statusDone {
			t.Fatal(stderr)
		}
		return out, stderr
	}
	const ofFile, ofServer = "default,0 6 * * *,", "default,30 5 1 * *,"
	if out, _ := shown(); !strings.Contains(out, ofFile) {
		t.Errorf("nobody serves:\n%s", out)
	}
	server := start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "30 5 1 * *")
	out, stderr := shown()
	if !strings.Contains(out, ofServer) || !strings.Contains(out, " 05:30:00,Asia/Shanghai") {
		t.Errorf("while the server runs:\n%s", out)
	}
	if !strings.Contains(stderr, `default: the running server goes by "30 5 1 * *", hulian.yaml by "0 6 * * *"; restart hulian serve to go by the file`) {
		t.Errorf("that the file says otherwise is not said:\n%s", stderr)
	}
	if _, _, stderr := process(t, "status", "--dir", town); !strings.Contains(stderr, "-01 05:30:00 (Asia/Shanghai)") {
		t.Errorf("status says:\n%s", stderr)
	}
	if status, _, stderr := process(t, "schedule", "pause", "default", "--dir", town); status != statusDone {
		t.Error(stderr)
	}
	if out, _ := shown(); !strings.Contains(out, "default,30 5 1 * *,,,Asia/Shanghai,true,") {
		t.Errorf("paused:\n%s", out)
	}
	left, err := os.ReadFile(filepath.Join(town, "serving.json"))
	if err != nil {
		t.Fatal(err)
	}
	server.stop(t)
	write(t, filepath.Join(town, "serving.json"), left) // as a server leaves it that was killed
	if out, stderr := shown(); !strings.Contains(out, ofFile) || stderr != "" {
		t.Errorf("when the server has gone:\n%s%s", out, stderr)
	}
}
