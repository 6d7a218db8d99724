package page

import (
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
)

// What points were given for stands in order of size, deductions and entries without a category beside it, and the months without a ledger
// are told. Members without a kind on record are left out and counted.
func TestKindsOfMembersAndOfPoints(t *testing.T) {
	town := pagetest.New(t)
	if got := tableIn(t, built(t, town, "points", ""), "given"); len(got) > 0 {
		t.Errorf("no ledger came, and the page says %q", got)
	}
	town.Exec(t, `insert into member_facts (fact, town, village_id, period, value) values
		('points_linking', '试镇', 'V1', '2018-01', 30), ('points_linking', '试镇', 'V1', '2017-12', 30), ('points_旧类别', '试镇', 'V2', '2018-01', 90),
		('points_untold', '试镇', 'V1', '2018-01', 50), ('points_deduction', '试镇', 'V1', '2018-01', -5),
		('kind_local', '试镇', 'V1', '2018-01', 30), ('kind_mobile', '试镇', 'V1', '2018-01', 10), ('kind_untold', '试镇', 'V1', '2018-01', 4)`)
	v := built(t, town, "points", "")
	want := []string{"旧类别 | 90 | 45.0 90/200 | 90", "联户服务 | 60 | 30.0 60/200 | 30", "没有写明类别 | 50 | 25.0 50/200 | 50", "扣分 | −5 | – | −5", "合计 | 195 |  | 165"}
	if got := tableIn(t, v, "given"); !slices.Equal(got, want) {
		t.Errorf("given:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if said := strings.Join(v.Sentences, ""); !strings.Contains(said, "“旧类别”，90 分，占 200 分的 45.0%") {
		t.Error(said)
	}
	if got := tableIn(t, built(t, town, "points", "village=V1"), "given"); strings.Contains(strings.Join(got, ""), "旧类别") {
		t.Errorf("of village V1: %q", got)
	}
	m := builtFor(t, asktest.Office, town, "members", "")
	if got := tableIn(t, m, "kinds"); !slices.Equal(got, []string{"本村党员 | 30 | 75.0 30/40", "在职党员 | 0 | 0.0 0/40", "流动党员 | 10 | 25.0 10/40", "合计 | 40 | "}) {
		t.Errorf("kinds: %q", got)
	}
	for _, table := range m.Tables() {
		if table.ID == "kinds" && !strings.Contains(table.Note, "另有 4 名没有登记类别") {
			t.Error(table.Note)
		}
	}
}
