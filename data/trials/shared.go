package trials

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared is a folder of examples that are handed out beside the repository, in the folder shared next to it. Where it is not
// there, the test is skipped, as on a stranger's machine; in CI its absence is a failure.
func Shared(t testing.TB, names ...string) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("the test does not run inside the repository")
		}
	}
	dir := filepath.Join(append([]string{root, "..", "shared"}, names...)...)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no examples in %s", dir)
	}
	t.Skipf("no examples in %s", dir)
	return ""
}
