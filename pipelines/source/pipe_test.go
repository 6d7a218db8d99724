//go:build unix

package source

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is neither a file nor a folder is named as such, and the files beside it are offered.
func TestAPipeInAFolderIsNoFile(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "走访.csv"), "a", time.Now().Add(-time.Hour))
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	var offered, passed []string
	for item, err := range Folder(dir).Items(t.Context()) {
		switch {
		case errors.Is(err, ErrNoFile):
			passed = append(passed, item.Name)
		case err != nil:
			t.Fatal(err)
		default:
			offered = append(offered, item.Name)
		}
	}
	if diff := cmp.Diff([][]string{{"走访.csv"}, {"pipe.csv"}}, [][]string{offered, passed}); diff != "" {
		t.Error(diff)
	}
}
