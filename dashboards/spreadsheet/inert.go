// Package spreadsheet keeps texts from being run as formulas by the program that opens a downloaded table.
//
// A cell's text enters, one that is only shown leaves. Nothing is written, so a crash costs nothing. It refuses to guess what
// a program would do: every text that begins like a formula is defused.
package spreadsheet

import (
	"strings"
	"unicode/utf8"
)

// Inert puts an apostrophe before a text that a spreadsheet program would run: one that begins with a sign of a formula, in
// half or full width, or with a tab or line end, behind which it looks for one.
func Inert(text string) string {
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}
