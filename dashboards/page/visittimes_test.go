package page

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// Every household stands in one class by how often it was visited, and the one or two visits asked for stand over all households.
func TestHouseholdsAreCountedByHowOftenTheyWereVisited(t *testing.T) {
	town := pagetest.New(t)
	for measure, n := range map[string]int{"household_coverage": 90, "visited_once": 60, "visited_twice": 20, "visited_often": 10} {
		town.Exec(t, "update measures set numerator = ?, denominator = 120, value = ? / 120 where measure = ? and unit_id in ('V1', 'B11') and month = '2018-01'", n, n, measure)
	}
	town.Exec(t, "update measures set numerator = null, denominator = null, value = null, reason = 'not_received' where measure = 'household_coverage' and unit_id = 'B12' and month = '2018-01'")
	v := built(t, town, "visits", "village=V1")
	if diff := cmp.Diff([]string{"福合院一支部 | 120 | 30 | 60 | 20 | 10 | 66.7 80/120", "福合院村 | 120 | 30 | 60 | 20 | 10 | 66.7 80/120"}, tableIn(t, v, "times")); diff != "" {
		t.Errorf("of the branch of which it is not known there is no row, and the village stands last (-want +got):\n%s", diff)
	}
	for _, b := range v.Blocks {
		if c, ok := b.(*view.Chart); ok && c.Table.ID == "times" {
			if want := "120户中有80户做到（66.7%）；30户未走访，10户走访3次及以上"; !strings.Contains(c.Note, want) {
				t.Errorf("%q is not said: %s", want, c.Note)
			}
			return
		}
	}
	t.Error("there is no picture of the times")
}
