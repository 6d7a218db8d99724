package records

import (
	"strings"
	"testing"

	"hulian/dashboards/desk"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/view"
	"hulian/pipelines"
)

// TestAnUploadTellsWaitingFromRepair: who hands in visits before the lists is told which lists to send, not to repair
// rows in which nothing is wrong.
func TestAnUploadTellsWaitingFromRepair(t *testing.T) {
	for _, c := range []struct {
		refused, waiting int64
		lang             string
		says, not        []string
	}{
		{5, 5, "zh", []string{"有 5 行在等名册", "农户名册尚未报来", "不用重报"}, []string{"要改", "全部收下"}},
		{5, 3, "zh", []string{"有 3 行在等名册", "有 2 行要改"}, nil},
		{5, 5, "en", []string{"Rows that wait for lists: 5", "Households (households) has not come"}, []string{"need repair: "}},
		{2, 0, "zh", []string{"有 2 行要改"}, []string{"等名册"}},
	} {
		r := asktest.Asked(t, "upload", "lang="+c.lang)
		b := desk.Batch{State: desk.Done, Run: pipelines.Run{Waiting: c.waiting, Awaited: []pipelines.Awaited{{List: "households", IDs: 2}}}}
		var said strings.Builder
		for _, block := range outcome(r, b, pipelines.Reconciliation{Read: 9, Accepted: 4, Quarantined: c.refused}) {
			callout := block.(view.Callout)
			said.WriteString(callout.Title + " " + callout.Text + "\n")
		}
		for _, want := range c.says {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%d refused, %d wait, %s: %q is not said:\n%s", c.refused, c.waiting, c.lang, want, said.String())
			}
		}
		for _, not := range c.not {
			if strings.Contains(said.String(), not) {
				t.Errorf("%d refused, %d wait, %s: %q is said:\n%s", c.refused, c.waiting, c.lang, not, said.String())
			}
		}
	}
}
