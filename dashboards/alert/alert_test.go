package alert

import (
	"strings"
	"testing"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// TestWhoIsToldOfWhat: a value that passes the bound in the newest month is told once, with measure, unit and value; one that was
// beyond it before, or is not, is told of nobody; nor is anything to whoever may not see it.
func TestWhoIsToldOfWhat(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 100, value = 0.5 where measure = 'household_coverage' and unit_id = 'V1' and month = '2017-12'")
	town.Exec(t, "update measures set numerator = 120, denominator = 200, value = 0.6 where measure = 'household_coverage' and unit_id = 'V1' and month = '2018-01'")
	snapshot, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	f := facts.Facts{Snapshot: snapshot, Programme: data.DefaultProgramme()}
	ask := func(way accounts.AlertWay, bound float64) accounts.Alert {
		return accounts.Alert{Measure: "household_coverage", Level: "village", Village: "V1", Unit: "V1", Way: way, Bound: bound}
	}
	office := accounts.Account{Name: "office", Shown: "王样本", Role: visitor.Office}
	for name, c := range map[string]struct {
		of   []accounts.Subscriber
		told int
	}{
		"it passes the bound":          {[]accounts.Subscriber{{Account: office, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.55)}}}, 1},
		"two ask for the same":         {[]accounts.Subscriber{{Account: office, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.55)}}, {Account: office, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.55)}}}, 1},
		"it was beyond before":         {[]accounts.Subscriber{{Account: office, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.45)}}}, 0},
		"it is not beyond":             {[]accounts.Subscriber{{Account: office, Alerts: []accounts.Alert{ask(accounts.AlertBelow, 0.45)}}}, 0},
		"a measure that is none":       {[]accounts.Subscriber{{Account: office, Alerts: []accounts.Alert{{Measure: "none", Level: "village", Unit: "V1", Way: accounts.AlertSignal}}}}, 0},
		"somebody of another town":     {[]accounts.Subscriber{{Account: accounts.Account{Name: "x", Role: visitor.County, Scope: visitor.Scope{Towns: []string{"别镇"}}}, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.55)}}}, 0},
		"somebody who can not sign in": {[]accounts.Subscriber{{Account: accounts.Account{Name: "x", Role: visitor.Office, Disabled: true}, Alerts: []accounts.Alert{ask(accounts.AlertAbove, 0.55)}}}, 0},
	} {
		all, err := Happenings(t.Context(), f, c.of, "zh")
		if err != nil || len(all) != c.told {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
		for _, h := range all {
			if !strings.Contains(h.Title, "福合院村") || !strings.Contains(h.Text, "60.0%（120/200）") || strings.Contains(h.Title+h.Text, "王样本") {
				t.Errorf("%s: told %q %q", name, h.Title, h.Text)
			}
		}
	}
}
