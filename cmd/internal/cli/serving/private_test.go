//go:build unix

package serving

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// closed reports every file and folder of a town that others than its owner can reach.
func closed(t *testing.T, what, town string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(town, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		seen++
		want := fs.FileMode(0o600)
		switch content := strings.HasPrefix(strings.TrimPrefix(path, town), "/landed/") && len(entry.Name()) == 64; {
		case entry.IsDir():
			want = 0o700
		case content:
			want = 0o400
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: %s is %v, want %v", what, strings.TrimPrefix(path, town), info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil || seen < 10 {
		t.Errorf("%s: %d files and folders, %v", what, seen, err)
	}
}

// TestATownIsItsOwnersAlone makes towns in every way under an umask that closes nothing, and looks at the whole tree.
func TestATownIsItsOwnersAlone(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	does := func(arguments ...string) {
		t.Helper()
		if status, out, stderr := clitest.Process(t, arguments...); status != clitest.Done {
			t.Fatalf("%v: status %d\n%s%s", arguments, status, out, stderr)
		}
	}
	does("demo", "--headless", "--dir", at("demo"), "--scale", "0.1")
	closed(t, "demo", at("demo"))
	does("backup", "--dir", at("demo"), at("town.zip"))
	does("restore", "--dir", at("restored"), at("town.zip"))
	closed(t, "restore", at("restored"))
	if info, err := os.Stat(at("town.zip")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info.Mode(), err)
	}

	does("init", "--dir", at("made"))
	clitest.Kept(t, at("villages.csv"), clitest.VillageList(3))
	does("import", "--dir", at("made"), at("villages.csv"))
	does("schedule", "pause", "default", "--dir", at("made"))
	s := clitest.Serve(t, at("made"))
	s.Says(t, s.Send(t, "villages.csv", clitest.VillageList(4)), "全部收下")
	closed(t, "init, import, pause, serve", at("made"))

	// A town of an earlier version, copied about.
	if err := filepath.WalkDir(at("restored"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, map[bool]fs.FileMode{true: 0o755, false: 0o644}[entry.IsDir()])
	}); err != nil {
		t.Fatal(err)
	}
	does("run", "--dir", at("restored"))
	if _, log, _ := clitest.Process(t, "status", "--dir", at("restored"), "--run", "last"); !strings.Contains(log, "others could read the town's files") {
		t.Errorf("the log says nothing:\n%s", log)
	}
	closed(t, "tightened", at("restored"))
}
