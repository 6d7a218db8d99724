package docx

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/dashboards/report"
	"hulian/dashboards/view"
)

// mostRoomy is how many columns stand in letters of the usual size; more of them take a smaller one.
const mostRoomy = 7

// width is how wide a text stands, in halves of a Chinese character.
func width(text string) int {
	n := 0
	for _, r := range text {
		n += wide(r)
	}
	return n
}

func wide(r rune) int {
	if r < 0x2000 && !unicode.Is(unicode.Han, r) {
		return 1
	}
	return 2
}

// unbreakable is the widest part of a text that no line can end in: a number, a Latin word, two Chinese characters.
func unbreakable(text string) int {
	widest := 0
	for _, word := range strings.Fields(text) {
		part := 0
		for _, r := range word {
			if wide(r) == 2 {
				widest, part = max(widest, 4), 0
				continue
			}
			part++
			widest = max(widest, part)
		}
	}
	return min(widest, utf8.RuneCountInString(text)*2)
}

// columnWidths shares the width of the text among columns, in twips: each first takes what its longest unbreakable part needs, and what
// is left goes to those that have more to say.
func columnWidths(t *view.Table, lang string, small bool) []int {
	half := sizeTable * 5 // of a letter: half its size in twips
	if small {
		half = sizeSmall * 5
	}
	least, wanted := make([]int, len(t.Columns)), make([]float64, len(t.Columns))
	sum, want := 0, 0.0
	for i, c := range t.Columns {
		head := report.Head(c, lang)
		need, most, all, n := unbreakable(head), 0, 0, 0
		for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
			if i >= len(row) {
				continue
			}
			longest := 0
			for _, said := range report.Lines(row[i]) {
				need, longest = max(need, unbreakable(said)), max(longest, width(said))
			}
			most, all, n = max(most, longest), all+longest, n+1
		}
		least[i] = need*half + 2*70
		sum += least[i]
		// A column of names wants its longest in one line; one of sentences wants room as its sentences are long on average.
		full := float64(max(most, min(width(head), 8)))
		if n > 0 && most > 24 {
			full = max(24, float64(all)/float64(n))
		}
		wanted[i] = max(0, full*float64(half)+140-float64(least[i]))
		want += wanted[i]
	}
	widths := make([]int, len(t.Columns))
	left := textWidth - sum
	given := 0
	for i := range widths {
		switch {
		case left <= 0: // more than the sheet holds: each gives up its part
			widths[i] = least[i] * textWidth / max(sum, 1)
		case want == 0:
			widths[i] = least[i] + left/len(widths)
		default:
			widths[i] = least[i] + int(float64(left)*wanted[i]/want)
		}
		given += widths[i]
	}
	if len(widths) > 0 {
		widths[len(widths)-1] += textWidth - given
	}
	return widths
}
