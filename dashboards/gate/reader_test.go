package gate

import (
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines/personal"
)

// TestAPaperShowsNoMoreThanItsMakerSees: a paper for a village names its persons only where whoever makes it may see them himself.
func TestAPaperShowsNoMoreThanItsMakerSees(t *testing.T) {
	at := visitor.Place{Town: "T", Village: "V1"}
	for _, c := range []struct {
		role    visitor.Role
		village string
		sees    bool
	}{{visitor.Office, "", true}, {visitor.VillageSecretary, "V1", true}, {visitor.VillageSecretary, "V2", false}, {visitor.Analyst, "", false}, {visitor.County, "", false}} {
		maker := visitor.Visitor{Role: c.role, Scope: visitor.Scope{Towns: []string{"T"}, Village: c.village}}
		if got := Village.Reader(maker, at).SeesPerson(at); got != c.sees {
			t.Errorf("made by %v of %q: the paper names persons: %v", c.role, c.village, got)
		}
		if Public.Reader(maker, at).SeesPerson(at) {
			t.Errorf("made by %v: the public notice names persons", c.role)
		}
	}
}

// TestARowWithoutNumbersHidesNoSum: where one village has no data, the sums of the others are still seen, so that no small number comes
// back from them.
func TestARowWithoutNumbersHidesNoSum(t *testing.T) {
	for name, rows := range map[string][][]view.Cell{
		"unknown village": {{view.Plain("甲"), view.Count(3), view.Count(6), view.Count(9)}, {view.Plain("乙"), view.Count(12), view.Count(20), view.Count(32)},
			{view.Plain("丙"), view.Plain("–"), view.Plain("–"), view.Plain("–")}},
		"changes of both signs": {{view.Plain("甲"), view.Count(9), view.Count(12), view.Count(-3)}, {view.Plain("乙"), view.Count(32), view.Count(12), view.Count(20)},
			{view.Plain("丁"), view.Count(15), view.Count(26), view.Count(-11)}},
	} {
		v := view.View{Blocks: []view.Block{&view.Table{ID: "t", Title: "户数", Columns: []view.Column{view.Words("村"), view.Number("本月"), view.Number("上月"), view.Number("合计")}, Rows: rows}}}
		if name == "changes of both signs" {
			v.Blocks[0].(*view.Table).Columns[3].Title = "增减"
		}
		out, _, err := Pass(v, Public, personal.Names{}, language.Language{Lang: language.Chinese})
		if err != nil {
			t.Fatal(err)
		}
		gone := 0
		for _, c := range out.Tables()[0].Rows[0][1:] {
			if c.Text == withheld {
				gone++
			}
		}
		if gone < 2 {
			t.Errorf("%s: %d numbers of the first row are withheld, and the others give them back: %+v", name, gone, out.Tables()[0].Rows[0])
		}
	}
}
