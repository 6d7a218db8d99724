// Package asof computes the measures of a town as they were known on an earlier day.
//
// A published snapshot and a day enter; a warehouse in memory leaves, holding the rows that had arrived by that day, in
// the versions that stood then, and every model built on them with that day as the cut-off. Nothing is written, so
// nothing is at stake in a crash. It refuses a day before the first file arrived.
//
// What had arrived is told by the day a file was received. A refused row that was repaired in place of its own file, or
// taken up when a registry arrived, counts from the day of its file.
package asof
