package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// TestWhatIfHandsWereMore: what is supposed changes the figures that rest on it and no others; what is no number is told.
func TestWhatIfHandsWereMore(t *testing.T) {
	town := pagetest.New(t)
	now := tableIn(t, built(t, town, "capacity", "lang=en"), "what-if")
	for _, row := range now {
		cells := strings.Split(row, " | ")
		if cells[1] != cells[2] && !strings.HasPrefix(row, "Missing") {
			t.Errorf("nothing is supposed, and %s", row)
		}
	}
	supposed := strings.Join(tableIn(t, built(t, town, "capacity", "lang=en&exempt=0&each=10&cadres=5"), "what-if"), "\n")
	for _, want := range []string{"Missing hands | 200 | 0 | 13,611 ÷ 10 − "} {
		if !strings.Contains(supposed, want) {
			t.Errorf("%s\nwant %s", supposed, want)
		}
	}
	v := built(t, town, "capacity", "lang=en&exempt=120&each=ten")
	told := 0
	for _, b := range v.Blocks {
		if c, is := b.(view.Callout); is && strings.Contains(c.Text, "from 0 to 100") && strings.Contains(c.Text, "from 1 to 200") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("120 %% exempt and ten households are taken without a word: %v", v.Blocks)
	}
}
