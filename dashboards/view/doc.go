// Package view is the content of a page as plain data, in one language: headings, sentences, tiles, tables, charts, forms.
//
// What a page has to say enters; blocks leave that are drawn on screen and on paper, written as CSV and set in reports, so that a
// number cannot differ between them. Nothing is read or written, so a crash costs nothing. It refuses to know where numbers come from: a block holds
// what is shown and nothing else.
package view
