package work

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
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

// The households that wait are listed and counted as of the chosen month, and those of a village of which that is not known are not; the
// page holds the rows of one page of the list, and a file all of them.
func TestHouseholdsThatWaitAreThoseOfTheMonthAndKnown(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "delete from measures where measure = 'unvisited_share' and unit_id in ('V2', 'B21', 'B22') and month >= '2017-11'")
	town.Exec(t, "insert into households by name select 'N' || i as household_id, 'V' || (i % 3 + 1) as village_id, 'B' || (i % 3 + 1) || '2' as branch_id, '钱大有' as head_name, 'none' as vulnerable from range(90) r(i)")
	for _, c := range []struct {
		address      string
		whole        bool
		exist, shown int
		want         []string // unit, how many wait, vulnerable, never visited
	}{
		{"", false, 64, 25, []string{"V1 32 2 30", "V2 – – –", "V3 32 2 30"}},
		{"unvisited.page=3", false, 64, 14, []string{"V1 32 2 30", "V2 – – –", "V3 32 2 30"}},
		{"", true, 0, 64, []string{"V1 32 2 30", "V2 – – –", "V3 32 2 30"}},
		{"month=2017-11", false, 60, 25, []string{"V1 30 0 30", "V2 – – –", "V3 30 0 30"}}, // 60 days after the last visits
		{"village=V1", false, 32, 25, []string{"B11 1 1 0", "B12 31 1 30"}},
		{"village=V2", false, 0, 0, []string{"B21 – – –", "B22 – – –"}},
	} {
		r := asktest.AskedBy(t, asktest.Office, asktest.OpenedOf(t, town), "visits", c.address)
		r.Whole = c.whole
		list, err := Unvisited(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if list.Exist != c.exist || len(list.Rows) != c.shown {
			t.Errorf("%q: %d households of %d, want %d of %d", c.address, len(list.Rows), list.Exist, c.shown, c.exist)
		}
		counted, err := unvisitedByUnit(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, u := range slices.Concat(r.Villages, r.Branches) {
			names[u.Name] = u.ID
		}
		var got []string
		for _, row := range counted.Rows {
			many, _, _ := strings.Cut(row[1].Text, "/")
			got = append(got, strings.Join([]string{names[row[0].Text], many, row[3].Text, row[4].Text}, " "))
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.address, diff)
		}
	}
}

func TestPeriodsEnd(t *testing.T) {
	for period, want := range map[string]string{"2017H1": "2017-06", "2017H2": "2017-12", "2017Q3": "2017-09", "2017": "2017-12", "2017-11": "2017-11",
		"": "", "2017H3": "", "2017-13": "", "x017": "", "2017Q5": ""} {
		if got := facts.PeriodEnd(period); got != want {
			t.Errorf("%q ends in %q, want %q", period, got, want)
		}
	}
	if m := estimate.Median([]float64{4, 1, 3}); m != 3 || estimate.Median([]float64{4, 1}) != 2.5 || !math.IsNaN(estimate.Median(nil)) {
		t.Errorf("median %g", m)
	}
}
