package web

import (
	"strings"
	"testing"
)

// letters lists every letter of an icon with its colour and that of the shape behind it.
const letters = `Array.from(document.querySelectorAll(".spc svg text")).map(t => [t.closest("td") ? "table" : "tile", getComputedStyle(t).fill, getComputedStyle(t.parentNode.firstElementChild).fill, Math.round(t.parentNode.getBoundingClientRect().width)].join("|"))`

// TestIconsCanBeRead: in a browser the letters of the icons stand out from their shapes in tiles and in tables, and the
// words of a chart keep the chart's own colour.
func TestIconsCanBeRead(t *testing.T) {
	server, _, served, _ := site(t)
	served.Exec(t, signal)
	served.Exec(t, "update measures set value = numerator / denominator where measure = 'household_coverage' and level = 'town'")
	ctx, _, _ := browser(t)
	enter(ctx, t, server.URL, "analyst")
	visit(ctx, t, server.URL+"/?lang=en")
	seen := map[string]int{}
	for _, letter := range evaluate[[]string](ctx, t, letters) {
		part := strings.Split(letter, "|")
		seen[part[0]]++
		if part[1] == part[2] || strings.Contains(part[1], ", 0)") || part[1] == "none" || len(part[3]) < 2 {
			t.Errorf("a letter of %s on %s, %s px, cannot be read in a %s", part[1], part[2], part[3], part[0])
		}
	}
	if seen["table"] == 0 || seen["tile"] == 0 {
		t.Errorf("letters found: %v", seen)
	}
	words := evaluate[[]string](ctx, t, `Array.from(document.querySelectorAll(".plot svg text")).map(t => getComputedStyle(t).fill).filter(c => c == "rgb(255, 255, 255)")`)
	if len(words) > 0 {
		t.Errorf("%d words of charts are white on white", len(words))
	}
}
