// Package ledger keeps what happened to every file, table and row: the tables ops.* of a warehouse.
//
// What enters are the files of a run, the tables found in them, and what was found wrong with their rows. What leaves are
// the tables of Schema: ops.files, ops.reconciliation, in which rows read = accepted + quarantined + ignored, ops.problems
// with the life of each problem, ops.quarantine, and ops.lacks with the columns that a file does not give. During a run the
// temporary tables of Begin stand beside them, which every step of the loader reads and adds to:
//
//	new_files(file_no, as_of)                    the files of the run
//	places(file_no, place)                       the order in which files have their say
//	feeds(feed, file_no, sheet, export, earlier, orphans_warn)
//	                                             the tables of the run, one line an export; earlier: rows that had waited
//	found(export, feed, row, column_id, code, severity, value, detail)
//	                                             what is wrong with rows
//	typed_<export>(_feed, _row, columns…, _bad, _cells, _silent)
//	                                             the rows of an export: _bad ones are refused by themselves, _cells are the
//	                                             texts of a row with problems
//
// All of it happens in the caller's transaction, so that after a crash the tables say what they said before. It refuses a
// run whose counts do not add up.
package ledger
