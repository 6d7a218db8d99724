package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// The page of capacity opens with the village where hands are fewest, which stands first in the table, and draws every village.
func TestCapacityOpensWithTheVillageOfFewestHands(t *testing.T) {
	v := built(t, pagetest.New(t), "capacity", "")
	first := tableOf(t, v, "hands").Rows[0]
	if !strings.HasPrefix(v.Headline.Rest, "人手最紧的是"+first[0].Text) || first[1].Base == "" {
		t.Errorf("%q, first %+v", v.Headline.Rest, first)
	}
	for _, b := range partsOf(v) {
		if s, ok := b.(*view.Scatter); ok && len(s.Points) == 3 {
			return
		}
	}
	t.Error("the villages are not drawn")
}
