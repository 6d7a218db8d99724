package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
)

// TestSupportsAreFollowed: what followed a support stands on its village's page, in its report and in the town's, with how many can
// be judged; a village without supports says nothing of any.
func TestSupportsAreFollowed(t *testing.T) {
	town := pagetest.New(t)
	for _, c := range []struct{ page, query, table, want string }{
		{"village", "village=V1", "supports", "培训指导 | 2017-05-03 | 2017-05-05 | "},
		{"village", "village=V2", "supports", "资金支持 | 2017-12-11 | 进行中 | 不满三个月，暂不评价 | "},
		{"village", "village=V2&lang=en", "supports", "Funding | 2017-12-11 | under way | under three months, not judged yet | "},
		{"report", "village=V2", "weak-supports", "资金支持 | 2017-12-11 | 进行中 | 不满三个月，暂不评价 | "},
		{"report", "", "weak-supports", "新园村 | 资金支持 | 2017-12-11 | 进行中 | 不满三个月，暂不评价 | "},
	} {
		v := built(t, town, c.page, c.query)
		if rows := strings.Join(tableIn(t, v, c.table), "\n"); !strings.Contains(rows, c.want) {
			t.Errorf("%s?%s: %q, want %q", c.page, c.query, rows, c.want)
		}
		if note := tableOf(t, v, c.table).Note; !strings.ContainsAny(note, "12") {
			t.Errorf("%s?%s: the note counts nothing: %s", c.page, c.query, note)
		}
	}
	town.Exec(t, "delete from supports where village_id = 'V1'")
	for _, table := range built(t, town, "village", "village=V1").Tables() {
		if table.ID == "supports" {
			t.Errorf("a village without supports: %+v", table)
		}
	}
}
