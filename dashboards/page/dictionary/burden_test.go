package dictionary

import (
	"testing"

	"hulian/data"
	"hulian/queries"
)

// A column that no measure, no table and no check needs is listed with a reason, and no reason is left where there is a use.
func TestEveryColumnServesOrSaysWhy(t *testing.T) {
	all := 0
	for _, u := range uses() {
		all++
		switch why := u.column.Kept; {
		case u.idle() && (why.Zh == "" || why.En == ""):
			t.Errorf("%s.%s serves nothing: take it out of the contract, use it, or say there under kept why it is asked for", u.export.Export, u.column.ID)
		case !u.idle() && why != (data.Text{}):
			t.Errorf("%s.%s serves something now: its reason can go", u.export.Export, u.column.ID)
		}
	}
	if all < 150 {
		t.Errorf("%d columns", all)
	}
}

// What is known by hand comes out by itself: a column that one measure is made of leads to it, one that nothing reads to nothing.
func TestColumnsLeadToTheirMeasures(t *testing.T) {
	for column, measure := range map[[2]string]string{{"households", "card_issued_on"}: "card_rate", {"visits", "duty"}: "visits_policy", {"meetings", "present"}: "attendance_rate",
		{"members", "exempt_until"}: "exemptions_ended", {"appraisals", "score"}: "appraisal_score", {"ratings", "published_on"}: "ratings_published"} {
		found := false
		for _, id := range queries.ServedBy(column[0], column[1]).Measures {
			found = found || id == measure
		}
		if !found {
			t.Errorf("%v does not lead to %s", column, measure)
		}
	}
	if s := queries.ServedBy("visits", "minutes"); len(s.Measures)+len(s.Marts) > 0 {
		t.Errorf("the minutes of a visit serve %v", s)
	}
}
