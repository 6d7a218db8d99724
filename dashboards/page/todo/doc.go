// Package todo makes the list of things to do of a place and a month: one list, which the page To do shows whole and to be ticked, and
// the page of a village or branch in its most urgent part.
//
// A request enters; groups of things leave, the most urgent kind first and what is ticked as done last. Nothing is written, so a crash
// costs nothing. It refuses to list what is not known: a village whose data did not come is named as such instead.
package todo
