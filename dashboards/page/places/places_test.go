package places

import (
	"math"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// A village of which the list gives no day has not begun where others have one: nothing is said or drawn of a start there.
func TestAVillageThatHasNotBegun(t *testing.T) {
	for _, c := range []struct{ change, want, start string }{
		{"update units set programme_start = null where village_id = 'V3'", "还没有开始实施先锋户联。", ""},
		{"update units set programme_start = '2018-06-01' where village_id = 'V3'", "定于 2018-06-01 开始实施先锋户联。", "2018-06-01"},
		{"update units set programme_start = null where level <> 'town'", "2017-05-01 开始实施先锋户联。", "2017-05-01"},
	} {
		town := pagetest.New(t)
		town.Exec(t, c.change)
		r := asktest.AskedBy(t, asktest.Analyst, asktest.OpenedOf(t, town), "village", "village=V3")
		if got := r.StartOf(r.Unit()); got != c.start {
			t.Errorf("%s: began %q, want %q", c.change, got, c.start)
		}
		if got := strings.Join(introduction(r, facts.Measured{}, r.Unit()), ""); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.change, got, c.want)
		}
	}
}

// A criterion is shown in its own unit: one vacant secretary in one branch is 1, not 100%. Where the data do not say whether a
// criterion is met, it is shown as unknown.
func TestCriteriaAreShownInTheirUnit(t *testing.T) {
	r := asktest.Asked(t, "village", "village=V1")
	nan := math.NaN()
	for _, c := range []struct {
		criterion           signals.Criterion
		value, base, limits string
	}{
		{signals.Criterion{ID: "secretary_vacant", Numerator: 1, Denominator: 1, Value: 1, Limit: 0}, "1", "1/1", "0"},
		{signals.Criterion{ID: "no_reconciliation", Numerator: 1, Denominator: 1, Value: 1, Limit: .5}, "100.0%", "1/1", "50.0%"},
		{signals.Criterion{ID: "late_issues", Numerator: 0, Denominator: 0, Value: nan, Limit: .6}, reading.Missing, "0/0", "60.0%"},
		{signals.Criterion{ID: "no_reconciliation", Numerator: nan, Denominator: nan, Value: nan, Limit: .5}, reading.Missing, "", "50.0%"},
	} {
		value, limit := CriterionCells(r, c.criterion)
		if value.Text != c.value || value.Base != c.base || limit.Text != c.limits {
			t.Errorf("%s: %s (%s) against %s, want %s (%s) against %s", c.criterion.ID, value.Text, value.Base, limit.Text, c.value, c.base, c.limits)
		}
	}
}
