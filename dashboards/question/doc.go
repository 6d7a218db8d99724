// Package question is what an address asks for: which page, which month and place, in which language, with which parameters of
// the page; and the addresses that lead on from there.
//
// The values of an address and the places of a snapshot enter; a Question leaves, and from it links that keep month, place
// and language. Nothing is read or written, so a crash costs nothing. It refuses a month, village or branch the snapshot
// does not know and a filter that cannot be read, and panics on a link to a page that does not exist.
package question
