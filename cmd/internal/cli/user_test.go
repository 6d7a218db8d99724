package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/dashboards/sqlite"
)

// TestATrailThatWasChangedIsNamed gives status 1 and the first entry that is not as it was written, and a newer or damaged file
// is refused with what to do.
func TestATrailThatWasChangedIsNamed(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	for _, name := range []string{"wang", "li", "zhao"} {
		if err := os.MkdirAll(town, 0o700); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := session(t, "user", "add", name, "--role", "office", "--dir", town); status != statusDone {
			t.Fatal(stderr)
		}
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(town, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "drop trigger trail_is_never_changed; update trail set account = 'nobody' where number = 2"); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := session(t, "trail", "--verify", "--dir", town)
	if status != statusFailed || !strings.Contains(stderr, "entry 2 was changed") || !strings.Contains(stderr, "Try: ") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if _, err := db.ExecContext(t.Context(), "pragma user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"trail"}, {"user", "list"}, {"user", "disable", "li"}} {
		status, _, stderr := session(t, append(arguments, "--dir", town)...)
		if status != statusFailed || !strings.Contains(stderr, "a newer hulian has written this file") || !strings.Contains(stderr, "Try: use the newer program") {
			t.Errorf("%v: status %d: %s", arguments, status, stderr)
		}
	}
}
