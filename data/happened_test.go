package data

import (
	"strings"
	"testing"
)

// TestWhatHappenedMovesTheCutOff holds which columns do: those of things done, none of things planned, and none that
// only says since when something stands. A new export says it in its contract alone.
func TestWhatHappenedMovesTheCutOff(t *testing.T) {
	happened := map[string]bool{}
	for _, c := range Contracts() {
		for _, column := range c.Happened() {
			happened[c.Export+"."+column.ID] = true
		}
	}
	for _, name := range []string{"cadre_decisions.decided_on", "conduct.kept_on", "conduct.signed_on", "issues.classified_at", "issues.fed_back_at", "issues.reported_at",
		"issues.resolved_at", "issues.routed_at", "issues.supervised_at", "meetings.held_on", "points.awarded_on", "posts.claimed_on", "rights.used_on",
		"supports.started_on", "tasks.claimed_on", "tasks.done_on", "visits.visited_at"} {
		if !happened[name] {
			t.Errorf("%s says that something was done, and does not move the cut-off", name)
		}
	}
	for _, name := range []string{"issues.due_on", "tasks.due_on", "supports.ended_on", "successions.from_on", "villages.programme_start", "members.birth_date",
		"members.joined_on", "members.valid_from", "households.linked_since", "population.as_of"} {
		export, id, _ := strings.Cut(name, ".")
		c, _ := ContractOf(export)
		if _, there := c.Column(id); !there || happened[name] {
			t.Errorf("%s moves the cut-off (or is no column: %v), and says of nothing that it was done", name, !there)
		}
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
