package serving

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestScheduleShowsTheLineThatTheServerRunsBy: the one serve was started with, to other processes, as long as it runs.
func TestScheduleShowsTheLineThatTheServerRunsBy(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	villages := filepath.Join(t.TempDir(), "villages.csv")
	clitest.Write(t, villages, []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := clitest.Session(t, "import", "--dir", town, villages); status != clitest.Done {
		t.Fatal(stderr)
	}
	shown := func() (out, stderr string) {
		t.Helper()
		status, out, stderr := clitest.Process(t, "schedule", "--dir", town, "--format", "csv")
		if status != clitest.Done {
			t.Fatal(stderr)
		}
		return out, stderr
	}
	const ofFile, ofServer = "default,0 6 * * *,", "default,30 5 1 * *,"
	if out, _ := shown(); !strings.Contains(out, ofFile) {
		t.Errorf("nobody serves:\n%s", out)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "30 5 1 * *")
	out, stderr := shown()
	if !strings.Contains(out, ofServer) || !strings.Contains(out, " 05:30:00,Asia/Shanghai") {
		t.Errorf("while the server runs:\n%s", out)
	}
	if !strings.Contains(stderr, `default: the running server goes by "30 5 1 * *", hulian.yaml by "0 6 * * *"; restart hulian serve to go by the file`) {
		t.Errorf("that the file says otherwise is not said:\n%s", stderr)
	}
	if _, _, stderr := clitest.Process(t, "status", "--dir", town); !strings.Contains(stderr, "-01 05:30:00 (Asia/Shanghai)") {
		t.Errorf("status says:\n%s", stderr)
	}
	if status, _, stderr := clitest.Process(t, "schedule", "pause", "default", "--dir", town); status != clitest.Done {
		t.Error(stderr)
	}
	if out, _ := shown(); !strings.Contains(out, "default,30 5 1 * *,,,Asia/Shanghai,true,") {
		t.Errorf("paused:\n%s", out)
	}
	left, err := os.ReadFile(filepath.Join(town, "serving.json"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stop(t)
	clitest.Write(t, filepath.Join(town, "serving.json"), left) // as a server leaves it that was killed
	if out, stderr := shown(); !strings.Contains(out, ofFile) || stderr != "" {
		t.Errorf("when the server has gone:\n%s%s", out, stderr)
	}
}
