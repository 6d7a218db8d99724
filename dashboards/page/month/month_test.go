package month

import (
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/work"
)

// Nothing is asked to be checked where nothing was found.
func TestNoBurstIsNoPrompt(t *testing.T) {
	r := asktest.Asked(t, "report", "")
	own, err := r.Values(t.Context(), r.Visitor, block.AlwaysScope(r), "reconciliation_rate", "bottom_twice")
	if err != nil {
		t.Fatal(err)
	}
	calm := []work.Burst{{Half: "2017H2", Idx: 1.1}, {Half: "2017H2", Idx: 1.4}}
	if got := branchSentence(r, own, calm); strings.Contains(got, "请核实") || !strings.Contains(got, "2 个支部的积分都没有集中在一个月里") {
		t.Errorf("%s", got)
	}
	if got := branchSentence(r, own, append(calm, work.Burst{Half: "2017H2", Idx: 9})); !strings.Contains(got, "3 个支部中 1 个的积分集中在一个月里，请核实") {
		t.Errorf("%s", got)
	}
}
