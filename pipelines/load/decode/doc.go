// Package decode turns the bytes of a landed file into tables of rows of text.
//
// A path enters. What leaves is a File: its tables, each with a Body that gives its rows block by block, and the parts
// that could not be read. What a file is, its content says, never its name: CSV in any encoding, JSON, workbooks,
// Parquet, Arrow, and zip files of these. Rows carry the numbers a person finds them by in a spreadsheet program.
//
// Every file is read once to its end before anything is said of it, so that half a file never counts. Where the rows of
// a text could be counted in two ways, both counts are told (Table.Doubt). Nothing is left behind after a crash but
// files in the folder the caller gave. Files that are made to exhaust the machine are refused (Limits), and so is what
// is no table: each refusal is an *Error with a code of package pipelines.
package decode
