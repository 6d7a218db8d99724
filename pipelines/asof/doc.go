// Package asof computes the measures of a town as they were known on an earlier day.
//
// A published snapshot and a day enter; a warehouse in memory leaves, holding the rows that had arrived by that day, in
// the versions that stood then, and every model built on them with that day as the cut-off. Nothing is written, so
// nothing is at stake in a crash. It refuses a day before the first file arrived.
//
// What had arrived is told by the day a file was received. A row that counts as brought by an older file, since it waited
// for a registry or stands in a marked copy of that file, is known from the file it came with. How many rows of a file
// were accepted is told as it is now, and a list that was held counts from the day it was received.
package asof
