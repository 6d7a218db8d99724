package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
)

// TestARunSaysWhoseFileMovedWhichFigure: a village hands in that an issue is resolved; the record says which headline figures are
// others now, from what to what, and by whose file. The next run that changes none says nothing.
func TestARunSaysWhoseFileMovedWhichFigure(t *testing.T) {
	dir := town(t)
	first := mustRun(t, config(dir))
	if len(first.Figures) < 7 || len(first.Changed) != 0 {
		t.Fatalf("the first run keeps %d figures, %d changed", len(first.Figures), len(first.Changed))
	}
	open := table(t, dir, "select issues.* from issues where resolved_at is null and branch_id is not null and reported_at < timestamp '2018-01-15' order by issue_id limit 1")
	village := open.Rows[0][open.Column("village_id")].(string)
	open.Rows[0][open.Column("resolved_at")] = time.Date(2018, 1, 31, 10, 0, 0, 0, time.UTC)
	path := written(t, dir, open)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	r, err := New(config(dir))
	if err != nil {
		t.Fatal(err)
	}
	by := pipelines.HandedIn{By: "王样本 (wang)", Village: village, AcceptedBy: "李样本 (li)", Files: []string{hex.EncodeToString(sum[:])}}
	run, err := r.Upload(t.Context(), by, []string{path})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(run.Changed, func(c pipelines.FigureChange) bool { return c.To.Measure == "resolution_rate_cumulative" })
	if at < 0 {
		t.Fatalf("changed: %+v", run.Changed)
	}
	c := run.Changed[at]
	if *c.To.Numerator != *c.From.Numerator+1 || *c.To.Denominator != *c.From.Denominator || c.To.Month != "2018-01" {
		t.Errorf("from %v/%v to %v/%v in %s", *c.From.Numerator, *c.From.Denominator, *c.To.Numerator, *c.To.Denominator, c.To.Month)
	}
	want := []pipelines.AuthoredFile{{Name: "correction.csv", FileID: by.Files[0], By: by.By, AcceptedBy: by.AcceptedBy}}
	if !slices.Equal(c.Files, want) {
		t.Errorf("by %+v", c.Files)
	}
	for _, c := range run.Changed {
		if strings.HasPrefix(c.To.Measure, "household_coverage") {
			t.Errorf("visits have not changed: %+v", c)
		}
	}
	history, err := History(dir)
	if err != nil || len(history) == 0 || len(history[0].Changed) != len(run.Changed) {
		t.Errorf("on record: %v", err)
	}

	// What somebody entered moves figures too: it is told by whom.
	aside, err := r.SetAside(t.Context(), pipelines.Aside{File: by.Files[0], By: "陈干事", Reason: "误报"})
	if err != nil {
		t.Fatal(err)
	}
	if len(aside.Changed) == 0 || aside.Changed[0].By != "陈干事" || len(aside.Changed[0].Files) != 0 {
		t.Errorf("set aside: %+v", aside.Changed)
	}
}
