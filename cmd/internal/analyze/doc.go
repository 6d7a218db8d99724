// Package analyze is the county analyst's bench: one statistical method on one file of the user.
//
// A CSV, XLSX or Parquet file, the name of a method, columns for its roles and options enter; a document with the
// method's numbers and tables, and a picture of it, leave. Only a picture is written, aside and renamed, so a crash
// leaves no half of one; nothing else is kept. It refuses a cell that is not a number where one is needed, naming its
// row, and a column or option it does not know, naming the nearest; it never drops a row without counting it among
// the warnings.
//
// Columns are found by roles that have one name in every method (roles.go), and what was found is told. Keys and columns of
// a document have their Chinese in labels.yaml, and a test holds every method's output to it.
//
// The numbers come from queries/stats. This package only finds columns, reads options and lays out results, in the
// names and shapes of published worked examples ("cases": a CSV and a JSON with options and expected values), so that
// a case runs as it is.
package analyze
