package months

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/data/sample"
	"hulian/pipelines/publish"
	"hulian/queries"
)

// tooYoung are the measures of which a town of five months has no value in which rows could stand.
var tooYoung = map[string]string{"bottom_twice": "it needs two yearly ratings", "rating_agreement": "it needs the results of most months of a half-year"}

// ofNow are the measures of registers: how they stood in an earlier month is not in the snapshot, so that their rows are held to the
// numbers of the newest month.
var ofNow = []string{"linked_rate", "card_rate", "group_rate", "posts_rate", "display_rate", "links_near", "links_kin", "links_convenient", "links_appointed", "exemptions_decided", "exemptions_ended",
	"grids_agree", "branch_groups", "centre_branches", "river_covered"}

// TestRowsBehindEveryMonth holds the rows behind the numbers of a small town to the numbers, measure by measure and month by month: they
// are as many as were counted, or add up to what was summed.
func TestRowsBehindEveryMonth(t *testing.T) {
	f := smallTown(t)
	var bare []string
	compared := 0
	for _, m := range queries.Measures() {
		has := false
		for _, u := range append([]facts.Unit{f.Town}, f.Villages...) {
			if m.At(u.Level) {
				n, own := rowsMakeNumbers(t, f, m, u)
				compared, has = compared+n, has || own
			}
		}
		switch _, said := m.WithoutRows(); {
		case has && said:
			t.Errorf("rows stand behind %s, and it is written down why there are none", m.ID)
		case !has && !said && tooYoung[m.ID] == "":
			bare = append(bare, m.ID)
		}
	}
	slices.Sort(bare)
	if len(bare) > 0 {
		t.Errorf("no rows stand behind %s", strings.Join(bare, ", "))
	}
	if compared < 1000 {
		t.Errorf("only %d numbers are compared", compared)
	}
}

// smallTown is the facts of a tenth of the sample town over five months.
func smallTown(t *testing.T) facts.Facts {
	t.Helper()
	town := filepath.Join(t.TempDir(), "town")
	if _, err := sample.Write(t.Context(), sample.Options{Dir: town, Scale: 0.1, Start: "2017-09"}); err != nil {
		t.Fatal(err)
	}
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	reader, err := publish.OpenReader(t.Context(), town, publish.ReaderOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	})
	pinned, _, release, err := reader.Pin(context.Background()) // it is read until the test has ended
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	snapshot, err := facts.Open(t.Context(), pinned)
	if err != nil {
		t.Fatal(err)
	}
	f := facts.Facts{Snapshot: snapshot}
	f.Programme = data.DefaultProgramme()
	return f
}

// rowsMakeNumbers compares the numbers of a measure of a unit with their rows: of the town in every month, of a village in the newest. It
// says how many it compared, and whether rows stand behind the measure itself.
func rowsMakeNumbers(t *testing.T, f facts.Facts, m queries.Measure, u facts.Unit) (compared int, has bool) {
	t.Helper()
	office := visitor.Visitor{Role: visitor.Office, Scope: visitor.Scope{Towns: []string{f.Town.ID}}}
	values, err := f.Values(t.Context(), office, facts.Scope{Level: u.Level, Unit: u.ID, From: f.FirstMonth, To: f.LastMonth}, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	for month := f.FirstMonth; month <= f.LastMonth; month = facts.MonthAdd(month, 1) {
		v := values.At(m.ID, u.ID, month)
		if !v.Known() || u.Level != facts.LevelTown && month != f.LastMonth {
			continue
		}
		for denominator, counted := range map[bool]float64{false: v.Num, true: v.Den} {
			if denominator && !m.Rate() || math.IsNaN(counted) {
				continue
			}
			rows, err := f.RowsBehind(t.Context(), office, m, u, month, denominator, 1)
			if err != nil {
				t.Errorf("%s: %v", m.ID, err)
			}
			if len(rows) == 0 {
				continue
			}
			sum := 0.0
			for _, r := range rows {
				sum += r.Sum
			}
			compared, has = compared+1, has || !denominator
			if math.Abs(sum-counted) > 0.005 && (month == f.LastMonth || !slices.Contains(ofNow, m.ID)) {
				t.Errorf("%s of %s in %s, denominator %t: the number is %g, its rows make %g", m.ID, u.Name, month, denominator, counted, sum)
			}
		}
	}
	return compared, has
}
