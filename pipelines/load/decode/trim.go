package decode

import (
	"strings"
	"unicode/utf8"
)

// spaces are what people and programs leave around a cell: blanks, line ends, the full-width space, the non-breaking
// space, zero-width characters and a stray byte order mark.
const spaces = " \t\r\n\v\f\u3000\u00a0\u200b\u200c\u200d\ufeff\u2003\u2002"

// Trim takes what stands around the text of a cell off it.
func Trim(cell string) string {
	if cell == "" || cell[0] > ' ' && cell[0] < 0x80 && cell[len(cell)-1] > ' ' && cell[len(cell)-1] < 0x80 {
		return cell
	}
	first, _ := utf8.DecodeRuneInString(cell)
	last, _ := utf8.DecodeLastRuneInString(cell)
	if first > ' ' && last > ' ' && !strings.ContainsRune(spaces, first) && !strings.ContainsRune(spaces, last) {
		return cell
	}
	return strings.Trim(cell, spaces)
}

// Blank reports whether a cell holds nothing but what Trim takes off.
func Blank(cell string) bool {
	return cell == "" || cell[0] <= ' ' && Trim(cell) == "" || cell[0] >= 0x80 && Trim(cell) == ""
}
