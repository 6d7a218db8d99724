// Package markup gives a clerk the own file back with what is wrong marked in it.
//
// A landed file and its open problems, read from the published snapshot, enter. A workbook leaves: a workbook keeps its
// sheets, formats and rows, anything else (CSV, JSON, a bundle of them) becomes a workbook of text cells; bad cells are
// coloured and carry a comment that says what is wrong, what is allowed and an example; a first sheet sums up by
// village and by kind and says what to do. Rows keep their physical numbers. The first sheet names the file the copy
// was made from, so that the loader takes the repaired copy for what it is: rows that were accepted before are the same
// and change nothing, repaired rows come in, and the problems of the original are closed.
//
// A file of very many rows gives a copy of its first rows and the bad ones alone, at their old row numbers with the
// rows between hidden. Nothing is written but to the given writer: after a crash the copy is made anew. It refuses
// Parquet, which nobody repairs by hand, files that were rejected whole, and files without open problems.
package markup
