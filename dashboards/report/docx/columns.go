package docx

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/dashboards/language"
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

// beside is the room that the margins and lines of a cell take, in twips.
const beside = 150

// nameLength is the longest name, in halves of a character, that is never broken over lines: five characters.
const nameLength = 10

// columnWidths shares the room of a line among columns, in twips: each first takes what its longest unbreakable part needs, then what
// it would like to have, and what is left goes to all alike.
func columnWidths(t *view.Table, l language.Language, small bool, room int) []int {
	half := sizeTable * 5 * 108 / 100 // of a letter: half its size in twips, and a little for fonts that run wide
	if small {
		half = sizeSmall * 5 * 108 / 100
	}
	least, wanted := make([]int, len(t.Columns)), make([]int, len(t.Columns))
	sum, want := 0, 0
	for i, c := range t.Columns {
		need, full := measure(t, i, report.Head(c, l.Lang), l)
		least[i] = need*half + beside
		wanted[i] = max(0, full-need) * half
		sum, want = sum+least[i], want+wanted[i]
	}
	widths := make([]int, len(t.Columns))
	left, given := room-sum, 0
	for i := range widths {
		switch {
		case left <= 0: // more than the sheet holds: each gives up its part
			widths[i] = least[i] * room / max(sum, 1)
		case want > left:
			widths[i] = least[i] + left*wanted[i]/want
		default:
			widths[i] = least[i] + wanted[i] + (left-want)/len(widths)
		}
		given += widths[i]
	}
	if len(widths) > 0 {
		widths[len(widths)-1] += room - given
	}
	return widths
}

// measure is what a column needs and what it would like to have, in halves of a character: names stand in one line, sentences get room
// as they are long.
func measure(t *view.Table, i int, head string, l language.Language) (need, full int) {
	need = unbreakable(head)
	longest, all, rows := min(width(head), nameLength), 0, 0
	for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
		if i >= len(row) {
			continue
		}
		longestLine := 0
		for n, said := range report.Lines(row[i], l) {
			w := width(said)
			narrow := unbreakable(said)
			if n > 0 { // set smaller
				narrow = (narrow*sizeSmall + sizeTable - 1) / sizeTable
			}
			need = max(need, narrow)
			if n == 0 && w <= nameLength {
				need = max(need, w)
			}
			longestLine = max(longestLine, w)
		}
		longest, all, rows = max(longest, longestLine), all+longestLine, rows+1
	}
	if longest <= 24 || rows == 0 {
		return need, longest
	}
	return need, max(24, all/rows)
}
