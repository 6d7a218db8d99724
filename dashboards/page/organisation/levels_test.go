package organisation

import (
	"math"
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
)

// A count of nought is a count, a sum over some of the branches says of how many it is not, and a dash stands where nothing is on record.
func TestALevelSaysWhatIsNotRecorded(t *testing.T) {
	unknown := math.NaN()
	for _, c := range []struct {
		groups []float64
		zh, en string
	}{
		{[]float64{0, 0}, "党小组0个", "0 groups"},
		{[]float64{1, 0}, "党小组1个", "1 group"},
		{[]float64{3, unknown}, "党小组3个（1个支部没有登记）", "3 groups (not recorded for 1 branch)"},
		{[]float64{0, unknown, unknown}, "党小组0个（2个支部没有登记）", "0 groups (not recorded for 2 branches)"},
		{[]float64{unknown}, "党小组–个", "– groups"},
	} {
		var branches []branchRow
		for _, n := range c.groups {
			branches = append(branches, branchRow{groups: n})
		}
		for lang, want := range map[string]string{"zh": c.zh, "en": c.en} {
			r := block.Request{Question: question.Question{Language: language.Language{Lang: lang}}}
			if got := levelSaid(r, branches, func(b branchRow) float64 { return b.groups }, "党小组%d个", "%d group", "%d groups"); got != want {
				t.Errorf("%v: %q, want %q", c.groups, got, want)
			}
		}
	}
}
