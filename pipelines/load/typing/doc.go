// Package typing turns the texts of cells into values of a contract's columns, and holds every row to the rules that need
// no other row: what is required, ranges, allowed words, the order of dates.
//
// A plan (package match) and rows of cells enter. What leaves, row by row, are values, what is wrong with them, and
// whether the row counts at all: totals, notes and repeated headers do not. It holds no state but counts, so that a crash
// loses nothing. It refuses to guess: a date that could be read in two ways, a month where a day is needed or an ID that a
// spreadsheet program changed is refused in words, never read as something else.
//
// Texts in the form in which programs write them go a short way (plain.go), which gives what the long one gives. Of the others
// that come again and again, such as a member's number as it is written in one town, what was made of them is kept.
package typing
