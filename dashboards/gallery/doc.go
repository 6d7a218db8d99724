// Package gallery shows every component of the pages in every state: normal, empty, loading, failed, values that are unknown with the
// reason, small bases, long names, 300 units. Those who build pages look at it, and tests hold each component against it.
//
// A language and an address enter; blocks with invented figures leave, the same every time. There is no I/O and no state, so a crash costs
// nothing. It refuses to be taken for a town: nothing in it comes from data.
package gallery
