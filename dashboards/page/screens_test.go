package page

import (
	"math"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// The pages of the work open with a verdict, their leading figures, a picture and a table.
func TestThePagesOfTheWorkOpenWithAVerdict(t *testing.T) {
	town := pagetest.New(t)
	for id, tables := range map[string][]string{
		"issues": {"tiles", "steps", "slowest", "held", "on-time-months", "ageing", "categories", "units"},
		"visits": {"tiles", "coverage-months", "unvisited-units", "overloaded", "unvisited", "callbacks", "units"},
		"points": {"tiles", "rhythm", "stars-results", "last", "units"},
	} {
		for _, lang := range []string{"zh", "en"} {
			v := built(t, town, id, "lang="+lang)
			if said := v.Headline.Weak + v.Headline.Rest; said == "" || strings.HasSuffix(said, "；") {
				t.Errorf("%s, %s: the headline is %q", id, lang, said)
			}
			var order []string
			for _, table := range v.Tables() {
				order = append(order, table.ID)
			}
			for _, want := range tables {
				if !strings.Contains(" "+strings.Join(order, " ")+" ", " "+want+" ") {
					t.Errorf("%s, %s: no table %s among %v", id, lang, want, order)
				}
			}
		}
	}
}

// The headline of visits names a branch only where it stands clearly behind, and the table counts every unvisited household.
func TestUnvisitedHouseholdsAreCountedByUnit(t *testing.T) {
	town := pagetest.New(t)
	if v := built(t, town, "visits", "village=V1"); v.Headline.Weak != "" {
		t.Errorf("no branch stands behind, and the headline begins with %q", v.Headline.Weak)
	}
	town.Exec(t, "update measures set numerator = denominator * 0.9, value = 0.9 where measure = 'unvisited_share' and unit_id = 'B12' and month = '2018-01'")
	v := built(t, town, "visits", "village=V1")
	if !strings.Contains(v.Headline.Weak, "福合院二支部最多") {
		t.Errorf("the headline begins with %q", v.Headline.Weak)
	}
	rows := tableIn(t, v, "unvisited-units")
	for _, row := range rows {
		if cells := strings.Split(row, " | "); cells[1] != "1" || cells[3] != "1" || cells[4] != "0" {
			t.Errorf("one household, vulnerable and once visited, is counted as %s", row)
		}
	}
	if all := len(tableIn(t, v, "unvisited")); all != 2 || len(rows) != 2 {
		t.Errorf("%d branches, %d households", len(rows), all)
	}
	heat := pictureOf[*view.Heat](t, v, "coverage-months")
	if len(heat.Rows) != 2 || len(heat.Columns) != 12 {
		t.Errorf("%d branches and %d months", len(heat.Rows), len(heat.Columns))
	}
}

// The slow step stands out alone, and the first step takes no time.
func TestTheFirstStepTakesNoTime(t *testing.T) {
	steps := pictureOf[*view.Steps](t, built(t, pagetest.New(t), "issues", ""), "steps").Steps
	if len(steps) != 5 || !math.IsNaN(steps[0].Days.X) || steps[0].Days.Unknown != "" {
		t.Fatalf("%+v", steps)
	}
	slow := 0
	for _, s := range steps {
		if s.Worst {
			slow++
		}
	}
	if slow > 1 {
		t.Errorf("%d steps stand out", slow)
	}
}

// Whoever is last leads to what the town's rule asks for, on the first screen: before the sentences.
func TestLastPlacesStandOnTheFirstScreen(t *testing.T) {
	v := built(t, pagetest.New(t), "points", "")
	for _, b := range everyBlock(v.Blocks) {
		switch b := b.(type) {
		case view.Lead:
			t.Fatal("the last places stand below the sentences")
		case *view.Table:
			if b.ID == "last" {
				return
			}
		}
	}
	t.Error("no last places")
}
