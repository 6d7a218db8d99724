package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatHappenedMovesTheCutOff holds which columns do: those of things done, none of things planned, and none that
// only says since when something stands.
func TestWhatHappenedMovesTheCutOff(t *testing.T) {
	var got []string
	for _, c := range Contracts() {
		for _, column := range c.Happened() {
			got = append(got, c.Export+"."+column.ID)
		}
	}
	slices.Sort(got)
	want := []string{"cadre_decisions.decided_on", "conduct.kept_on", "conduct.signed_on", "issues.classified_at", "issues.fed_back_at", "issues.reported_at",
		"issues.resolved_at", "issues.routed_at", "issues.supervised_at", "meetings.held_on", "points.awarded_on", "posts.claimed_on", "rights.used_on",
		"supports.started_on", "tasks.claimed_on", "tasks.done_on", "visits.visited_at"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns of what happened (-want +got):\n%s", diff)
	}
}

func TestAContractThatMixesUpPlansAndDeedsIsRefused(t *testing.T) {
	name := Text{Zh: "日期", En: "Date"}
	for want, c := range map[string]Contract{
		"not planned":             {Export: "x", Kind: Event, Key: []string{"on"}, Columns: []Column{{ID: "on", Name: name, Type: TypeDate, Future: true, Happened: true}}},
		"what happened is a date": {Export: "x", Kind: Event, Key: []string{"on"}, Columns: []Column{{ID: "on", Name: name, Type: TypePeriod, Happened: true}}},
		"dated by what happened":  {Export: "x", Kind: Event, Key: []string{"on"}, DatedBy: "on", Columns: []Column{{ID: "on", Name: name, Type: TypeDate}}},
	} {
		if err := c.check([]Contract{c}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
