// Package asof computes the measures of a town as they were known on an earlier day.
//
// What landed and a day enter; a warehouse in memory leaves, holding what had been received and entered by the end of that
// day, loaded anew as if nothing had come later, and every model built on it with that day as the cut-off. Nothing is
// written, so nothing is at stake in a crash. It refuses a day before the first file arrived, and one of which the content
// of a file was let go since.
package asof
