package backup

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// TestATownThatCannotBeMovedAwayIsMovedBack restores into a folder whose path is so long that the name of the last file
// moved away would be longer than Linux takes (4,095 bytes).
func TestATownThatCannotBeMovedAwayIsMovedBack(t *testing.T) {
	dir := t.TempDir()
	for left := 4048 - len(dir); left > 0; left = 4048 - len(dir) {
		if left > 250 {
			left = 200
		}
		dir = filepath.Join(dir, strings.Repeat("x", left-1))
	}
	put(t, filepath.Join(dir, "hulian.yaml"), "mine\n")
	put(t, filepath.Join(dir, "snapshots", "current"), "7\n")
	file := filepath.Join(t.TempDir(), "b.zip")
	put(t, file, string(archived(t, Manifest{Format: 1, Files: []File{of("hulian.yaml", "lang: zh\n")}}, entry{name: "hulian.yaml", content: "lang: zh\n"})))
	before := tree(t, dir)
	_, replaced, err := Restore(t.Context(), file, dir, "", true)
	var fault *pipelines.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "move") || replaced != "" || !strings.Contains(fault.Next, "has changed") {
		t.Errorf("replaced %q, error %.200v", replaced, err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("nothing has changed, it said (-before +after):\n%.2000s", diff)
	}
}
