// Package render sets a page's View as HTML and its tables as CSV.
//
// Plain data enters; bytes leave, the same bytes for the same data. Everything is written to memory first, so that a
// failure halfway never reaches a reader. Nothing is kept, so a crash costs nothing. It refuses to compute: a number is
// formatted by package page or not at all; and no inline script or style is written, so that the content policy of the
// server can forbid them.
package render
