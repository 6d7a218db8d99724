//go:build unix

package runner

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"hulian/pipelines"
)

// A pipe in the inbox is nothing that anybody sent: runs pass it over, say so in their log, and end as if it were not there.
func TestAPipeInTheInboxIsPassedOver(t *testing.T) {
	dir := townFrom(t, "2018-01")
	if err := syscall.Mkfifo(filepath.Join(dir, "inbox", "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []pipelines.RunState{pipelines.RunDone, pipelines.RunUnchanged} {
		run := mustRun(t, config(dir))
		if run.State != want || slices.ContainsFunc(run.Files, func(f pipelines.Reconciliation) bool { return f.Name == "pipe.csv" }) {
			t.Errorf("run: %+v", run)
		}
		if !slices.ContainsFunc(run.Log, func(l pipelines.LogLine) bool { return strings.Contains(l.Text, "pipe.csv") }) {
			t.Errorf("the log says nothing of it: %+v", run.Log)
		}
	}
}
