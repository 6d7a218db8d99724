package facts_test

import (
	"testing"

	"hulian/dashboards/visitor"
)

// TestWhatWasDecidedStandsAsItDidInAMonth: rows about one action are one action, what was filled in later stands for what was before, a page of
// an earlier month does not know of it, and a village sees its own.
func TestWhatWasDecidedStandsAsItDidInAMonth(t *testing.T) {
	f, town := opened(t)
	for _, statement := range []string{
		"insert into actions (entry_id, action_id, state, of_month, of_village, owner, due_on, entered_by, entered_at) values ('e1', 'CS-1', 'open', '2017-11', 'V1', '甲', '2017-12-31', 'office', '2017-12-01 08:00:00')",
		"insert into actions (entry_id, action_id, state, of_month, due_on, result, entered_by, entered_at) values ('e2', 'CS-1', 'open', '2017-12', '2018-02-28', '防汛延期', 'office', '2018-01-01 08:00:00')",
		"insert into actions (entry_id, action_id, state, of_month, closed_on, result, entered_by, entered_at) values ('e3', 'CS-1', 'accepted', '2018-01', '2018-01-31', '达到标准', 'committee', '2018-02-01 08:00:00')",
		"insert into actions (entry_id, action_id, state, of_month, of_village, owner, entered_by, entered_at) values ('e4', 'CS-2', 'withdrawn', '2018-01', 'V2', '乙', 'office', '2018-02-01 09:00:00')",
		"insert into resolutions (entry_id, resolution_id, state, of_month, item, decision, owner, entered_by, entered_at) values ('e5', 'YD-1', 'open', '2018-01', 'cadres', '列入一名', '甲', 'office', '2018-02-01 09:00:00'), ('e6', 'YD-2', 'open', '2018-01', 'issues', '逐件督办', '甲', 'office', '2018-02-01 09:00:00')",
	} {
		town.Exec(t, statement)
	}
	office := of(visitor.Office, "")
	for month, want := range map[string][3]string{"2017-11": {"open", "2017-12-31", "甲"}, "2017-12": {"open", "2018-02-28", "甲"}, "2018-01": {"accepted", "2018-02-28", "甲"}} {
		all, err := f.Actions(t.Context(), office, month)
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %v, %+v", month, err, all)
		}
		if a := all[0]; [3]string{a.State, a.DueOn, a.Owner} != want || a.OfMonth != "2017-11" {
			t.Errorf("%s: %+v, want %v", month, a, want)
		}
	}
	for name, c := range map[string]struct {
		visitor.Visitor
		actions, resolutions int
	}{"office": {office, 2, 2}, "analyst": {of(visitor.Analyst, ""), 2, 1}, "secretary of V1": {of(visitor.VillageSecretary, "V1"), 1, 0}} {
		actions, err := f.Actions(t.Context(), c.Visitor, "2018-01")
		if err != nil {
			t.Fatal(err)
		}
		resolved, err := f.Resolutions(t.Context(), c.Visitor, "2018-01")
		if err != nil || len(actions) != c.actions || len(resolved) != c.resolutions {
			t.Errorf("%s sees %d actions and %d resolutions, want %d and %d (%v)", name, len(actions), len(resolved), c.actions, c.resolutions, err)
		}
	}
	helped, err := f.Helped(t.Context(), "2018-01")
	if err != nil || len(helped) != 1 || helped[0].Village != "V1" || helped[0].Note != "CS-1" {
		t.Errorf("an action that was withdrawn helped nobody: %v, %+v", err, helped)
	}
}
