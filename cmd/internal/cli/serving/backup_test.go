package serving

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// TestARestoredTownGivesTheSameMeasures backs a small sample town up, restores it elsewhere through the program, and
// compares every measure; then the restored town goes on working as if nothing had happened.
func TestARestoredTownGivesTheSameMeasures(t *testing.T) {
	town, _ := clitest.TwoMonths(t)
	must := func(arguments ...string) string {
		t.Helper()
		status, out, stderr := clitest.Session(t, append(arguments, "--format", "csv")...)
		if status != clitest.Done {
			t.Fatalf("%v: status %d\n%s", arguments, status, stderr)
		}
		return out
	}
	file := filepath.Join(t.TempDir(), "backup.zip")
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	made := strings.Split(strings.Split(must("backup", "--dir", town, file), "\n")[1], ",")[1]
	if at, err := time.ParseInLocation(time.DateTime, made, shanghai); err != nil || time.Since(at).Abs() > 10*time.Minute {
		t.Errorf("made at %s (%v), want now by the town's clock", made, err)
	}
	if status, _, stderr := clitest.Session(t, "backup", "--dir", town, file); status != clitest.Failed || !strings.Contains(stderr, "--force") {
		t.Errorf("a second backup over the first: status %d\n%s", status, stderr)
	}

	again := filepath.Join(t.TempDir(), "again")
	must("restore", file, "--dir", again)
	if status, _, stderr := clitest.Session(t, "restore", file, "--dir", again); status != clitest.Failed || !strings.Contains(stderr, "--force") {
		t.Errorf("a second restore over the first: status %d\n%s", status, stderr)
	}
	for _, question := range []string{
		"select measure, level, unit_id, month, numerator, denominator, value from measures order by all",
		"select file_id, name, state from files order by all", "select * from snapshot_facts order by all",
	} {
		if diff := cmp.Diff(must("query", "--dir", town, question), must("query", "--dir", again, question)); diff != "" {
			t.Errorf("%s (-town +restored):\n%.800s", question, diff)
		}
	}
	if out := must("status", "--dir", again); !strings.Contains(out, "command,done") || strings.Contains(out, "interrupted") {
		t.Errorf("the history did not come along, or the backup itself as a run that was killed:\n%s", out)
	}

	// The restored town's warehouse works: the same inbox brings nothing new, a new file does, and all is built again.
	if err := os.CopyFS(filepath.Join(again, "inbox"), os.DirFS(filepath.Join(town, "inbox"))); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := clitest.Session(t, "run", "--dir", again); status != clitest.Done || !strings.Contains(stderr, "unchanged") {
		t.Errorf("a run in the restored town: status %d\n%s", status, stderr)
	}
}

// TestBackupsAreMadeByTheClock runs the job of the schedule as serve would, and holds the retention.
func TestBackupsAreMadeByTheClock(t *testing.T) {
	town := t.TempDir()
	if status, _, stderr := clitest.Session(t, "init", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	passphrase := filepath.Join(t.TempDir(), "passphrase")
	clitest.Write(t, passphrase, []byte("seven small lamps\n"))
	clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte("backup: {to: kept, cron: '@every 24h', keep: 2, passphrase: 'file:"+passphrase+"'}\n"))
	clitest.Write(t, filepath.Join(town, "villages.csv"), []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := clitest.Session(t, "import", "--dir", town, filepath.Join(town, "villages.csv")); status != clitest.Done {
		t.Fatal(stderr)
	}
	old := []string{"hulian-20180101T000000Z.zip", "hulian-20180102T000000Z.zip"}
	if err := os.MkdirAll(filepath.Join(town, "kept"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		clitest.Write(t, filepath.Join(town, "kept", name), nil)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	if status, body := clitest.Exchange(t, clitest.As(t, server, visitor.Administrator, ""), http.MethodPost, server.Address+"runs/backup/run"); status != http.StatusSeeOther {
		t.Fatalf("start a backup: status %d\n%s", status, body)
	}
	made := clitest.AwaitRun(t, town, 2)
	if made.Pipeline != "backup" || made.State != pipelines.RunDone || len(made.Stages) != 1 || made.Stages[0].Stage != pipelines.StageBackup {
		t.Errorf("run %+v", made)
	}
	var names []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) { // the old ones go after the run
		entries, err := os.ReadDir(filepath.Join(town, "kept"))
		if err != nil {
			t.Fatal(err)
		}
		names = nil
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		if len(names) == 2 {
			break
		}
	}
	if len(names) != 2 || names[0] != old[1] {
		t.Fatalf("kept %v, want the newest two", names)
	}
	restore := []string{"restore", filepath.Join(town, "kept", names[1]), "--dir", filepath.Join(t.TempDir(), "again")}
	if status, _, stderr := clitest.Session(t, restore...); status != clitest.Failed || !strings.Contains(stderr, "encrypted") || !strings.Contains(stderr, "--passphrase") {
		t.Errorf("restore without the passphrase: status %d\n%s", status, stderr)
	}
	if status, _, stderr := clitest.Session(t, append(restore, "--passphrase", "file:"+passphrase)...); status != clitest.Done {
		t.Errorf("restore: status %d\n%s", status, stderr)
	}
}
