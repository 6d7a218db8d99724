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
	for query, want := range map[string]string{
		"lang=en":                           "Active members | 426 | 426 | ",
		"lang=en&each=10":                   "Missing hands | 936 | 936 | 13,611 ÷ 10 − 426",
		"lang=en&exempt=0&each=10&cadres=5": "Active members | 426 | 600 | 600 × (100% − 0.0%)\nHands | 600 | 1,205 | 605 + 600",
		"lang=en&exempt=0&each=10":          "Missing hands | 936 | 762 | 13,611 ÷ 10 − 600",
	} {
		if rows := strings.Join(tableIn(t, built(t, town, "capacity", query), "what-if"), "\n"); !strings.Contains(rows, want) {
			t.Errorf("%s:\n%s\nwant %s", query, rows, want)
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

// TestWhatIfSaysWhyVisitsCannotBeSaid: three villages are too few to say how visits go with hands, and the page says so.
func TestWhatIfSaysWhyVisitsCannotBeSaid(t *testing.T) {
	for _, b := range built(t, pagetest.New(t), "capacity", "lang=en&exempt=0").Blocks {
		if c, is := b.(view.Callout); is && strings.Contains(c.Text, "It cannot be said: 3 villages have data on both hands and visits") {
			return
		}
	}
	t.Error("nothing is said of visits")
}
