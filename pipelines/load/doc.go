// Package load turns landed files into typed, checked, deduplicated tables of the warehouse.
//
// Landed files and mapping files enter. What leaves are the tables exports.* (current rows), history.* (superseded
// versions), waiting.* (rows whose registry has not arrived yet) and ops.* (package ledger), and a Result that says which
// exports changed and in which months. This package holds nothing but the order of the steps:
//
//  1. decode: bytes become tables of rows of text;
//  2. match: headers, or mapping files, say which export a table feeds and how its columns are made;
//  3. typing: texts become values, row by row, while the engine reads them;
//  4. check: rules across rows, references, repeated keys;
//  5. merge: a newer file wins by key, full registry lists end who is absent;
//  6. ledger: for every table of every file, rows read = accepted + quarantined + ignored, or the run fails.
//
// What the warehouse holds is a function of what has landed, of the mapping files and of the programme's decisions alone:
// loading file by file gives what loading everything at once gives. Where a change cannot be brought in behind what is
// there, because it belongs before it, Load says so (ErrRebuild) and everything is loaded anew into another file.
//
// A run of Load is one transaction: after a crash the warehouse holds the state before it, and the next Load starts again
// with the files that are landed but not in ops.files. A file that cannot be loaded is a problem of its own and never stops
// the others. It refuses to guess: a header that fits two exports, a date that could be read in two ways or a list that
// lost more than half of its rows is reported, not loaded.
package load
