package page

import (
	"strings"
	"testing"
	"unicode/utf8"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// A unit far behind says so in its tile, and the verdict keeps its length in both languages: a longer one could not be drawn.
func TestTilesSayWhereAUnitStands(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 10, value = 0.1 where measure = 'household_coverage' and unit_id = 'B12' and month = '2018-01'")
	for lang, most := range map[string]int{"zh": 14, "en": 28} {
		found := false
		for _, tile := range pictureOf[*view.Tiles](t, built(t, town, "visits", "branch=B12&lang="+lang), "tiles").Tiles {
			if n := utf8.RuneCountInString(tile.Verdict); n > most {
				t.Errorf("%s: %q has %d characters", lang, tile.Verdict, n)
			}
			found = found || tile.ID == "household_coverage" && (strings.Contains(tile.Verdict, "差于同类") || strings.Contains(tile.Verdict, "behind its like"))
		}
		if !found {
			t.Errorf("%s: the tile does not say that the branch is behind", lang)
		}
	}
}
