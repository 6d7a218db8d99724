package serving

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
)

// TestWhatWasDecidedOutlivesTheWarehouse: help is decided for a village and a meeting resolves something, both on their pages, and no figure
// changes; the month's meeting shows both. They stand there still when the warehouse was deleted and built anew, and in a restored backup.
func TestWhatWasDecidedOutlivesTheWarehouse(t *testing.T) {
	town := clitest.Month(t)
	figures := func() string {
		return clitest.Says(t, clitest.Done, "", "query", "--dir", town, "--format", "csv", "select measure, level, unit_id, month, numerator, denominator, value from measures order by all")
	}
	before := figures()
	village := clitest.Fields(t, "query", "--dir", town, "select unit_id from units where level = 'village' order by unit_id limit 1")[0]["unit_id"]
	s := clitest.Serve(t, town)
	for export, form := range map[string]url.Values{
		"actions": {"month": {"2018-01"}, "of_village": {village}, "signal": {"走访少"}, "measure": {"household_coverage"}, "cause": {"unclear"}, "support": {"looking"}, "owner": {"王样本"},
			"decided_on": {"2018-01-05"}, "due_on": {"2018-03-31"}, "acceptance": {"说清原因"}},
		"resolutions": {"month": {"2018-01"}, "state": {"open"}, "item": {"issues"}, "decision": {"超期问题逐件督办"}, "owner": {"李样本"}, "meeting_on": {"2018-01-05"}, "due_on": {"2018-01-25"}},
	} {
		if to := s.Post(t, "entries/"+export, form); !strings.Contains(to, "done=1") {
			t.Fatalf("the form of %s leads to %s", export, to)
		}
	}
	meeting := s.Get(t, "meeting?month=2018-01")
	for _, said := range []string{"超期问题逐件督办", "李样本", "先派人实地了解", "王样本"} {
		if !strings.Contains(meeting, said) {
			t.Errorf("the meeting does not say %s", said)
		}
	}
	s.Kill(t)
	if diff := cmp.Diff(before, figures()); diff != "" {
		t.Errorf("a decision changes figures (-before +after):\n%s", diff)
	}
	stands := func(when, dir string) {
		t.Helper()
		actions := clitest.Fields(t, "query", "--dir", dir, "select of_village, support, owner, cast(due_on as varchar) as due_on, state, entered_by from actions")
		if len(actions) != 1 || actions[0]["of_village"] != village || actions[0]["support"] != "looking" || actions[0]["owner"] != "王样本" || actions[0]["due_on"] != "2018-03-31" || actions[0]["state"] != "open" || actions[0]["entered_by"] == "" {
			t.Errorf("%s there stands %v", when, actions)
		}
		resolved := clitest.Fields(t, "query", "--dir", dir, "select item, decision, owner, state, entered_by from resolutions")
		if len(resolved) != 1 || resolved[0]["item"] != "issues" || resolved[0]["decision"] != "超期问题逐件督办" || resolved[0]["owner"] != "李样本" || resolved[0]["state"] != "open" || resolved[0]["entered_by"] == "" {
			t.Errorf("%s there stands %v", when, resolved)
		}
	}
	stands("after it was decided", town)
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	stands("when the warehouse is built anew", town)
	kept, other := filepath.Join(t.TempDir(), "town.zip"), filepath.Join(t.TempDir(), "other")
	clitest.Says(t, clitest.Done, "", "backup", kept, "--dir", town)
	clitest.Says(t, clitest.Done, "", "restore", kept, "--dir", other)
	stands("in a restored backup", other)
}
