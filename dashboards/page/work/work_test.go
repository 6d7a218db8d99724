package work

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/stats/estimate"
)

// Every open issue stands in one of the town's bands, whatever bands the town sets.
func TestOpenIssuesStandInTheBandsOfTheTown(t *testing.T) {
	for _, c := range []struct {
		bands []int
		want  []string // band, open, overdue; the town's open issues are 3, 11 and 61 days old
	}{
		{data.DefaultProgramme().Issues.AgeBands, []string{"0–7 1 0", "8–30 1 1", "31–90 1 1", ">90 0 0"}},
		{[]int{3, 10, 60}, []string{"0–3 1 0", "4–10 0 0", "11–60 1 1", ">60 1 1"}},
	} {
		r := asktest.Asked(t, "issues", "")
		r.Programme.Issues.AgeBands = c.bands
		b, err := ageing(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range b.(*view.Chart).Table.Rows {
			got = append(got, row[0].Text+" "+row[1].Text+" "+row[2].Text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("bands %v: %s", c.bands, diff)
		}
	}
}

func TestPeriodsEnd(t *testing.T) {
	for period, want := range map[string]string{"2017H1": "2017-06", "2017H2": "2017-12", "2017Q3": "2017-09", "2017": "2017-12", "2017-11": "2017-11",
		"": "", "2017H3": "", "2017-13": "", "x017": "", "2017Q5": ""} {
		if got := periodEnd(period); got != want {
			t.Errorf("%q ends in %q, want %q", period, got, want)
		}
	}
	if m := estimate.Median([]float64{4, 1, 3}); m != 3 || estimate.Median([]float64{4, 1}) != 2.5 || !math.IsNaN(estimate.Median(nil)) {
		t.Errorf("median %g", m)
	}
}
