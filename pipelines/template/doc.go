// Package template writes an export's contract as a workbook to fill: one column a contract column, drop-downs where
// there is a choice, a note on every header, and a second sheet that explains it all.
//
// A contract and a language enter; the bytes of an XLSX leave. The package holds no state, so nothing is at stake in
// a crash. It refuses to put an example among the data, because examples left standing would be loaded as facts: they
// stand in the notes and on the second sheet.
package template
