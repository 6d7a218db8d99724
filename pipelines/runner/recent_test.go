package runner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/runner"
	"hulian/pipelines/sealed"
)

// The history says what the documents say now, however often they were read before: one that another has taken the place of, and one
// that is gone.
func TestTheHistoryFollowsItsDocuments(t *testing.T) {
	town := t.TempDir()
	path := filepath.Join(town, "runs", "20260101T000000Z-0001.json")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(message string, at time.Time) {
		t.Helper()
		content, err := sealed.Document(pipelines.Run{ID: "20260101T000000Z-0001", State: pipelines.RunFailed, Error: message})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", content, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path+".new", at, at); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	said := func() string {
		t.Helper()
		runs, err := runner.History(town)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, run := range runs {
			all = append(all, run.Error)
		}
		return strings.Join(all, ",")
	}
	long := time.Now().Add(-time.Hour)
	for _, step := range []struct {
		message string
		at      time.Time
	}{{"first", long}, {"other", long}, {"third", time.Now()}, {"again", time.Now()}} {
		write(step.message, step.at)
		for range 2 {
			if got := said(); got != step.message {
				t.Fatalf("the history says %q, the document %q", got, step.message)
			}
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := said(); got != "" {
		t.Errorf("of a document that is gone the history says %q", got)
	}
}
