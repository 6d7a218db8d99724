// Package load turns landed files into typed, checked, deduplicated tables of the warehouse.
//
// Landed files and mapping files enter. What leaves are the tables exports.* (current rows), history.* (superseded
// versions), waiting.* (rows whose registry has not arrived yet) and ops.* (files, reconciliation, problems,
// quarantine), and a Result that says which exports changed and in which months. The steps:
//
//  1. decode: what a file is, its content says, never its name; every sheet becomes physical rows of text;
//  2. match: the header row and the export are found by the contracts' names, or pinned by a mapping file;
//  3. type and check: one SQL pass per export turns text into typed rows and marks what is wrong with each;
//  4. check across rows: repeated keys, unknown references, exempt visitors, links to another member;
//  5. merge: a newer file wins by key, the older version moves to history, full registry lists retire who is absent;
//  6. reconcile: for every table of every file, rows read = accepted + quarantined + ignored, or the run fails.
//
// A run of Load is one transaction: after a crash the warehouse holds the state before it, and the next Load starts
// again with the files that are landed but not in ops.files. It refuses to guess: a header that fits two exports, a
// date that could be read in two ways or a list that lost more than half of its rows is reported, not loaded.
//
// # Mapping files
//
// A mapping file (YAML) tells how one exporter's files fit the contracts; Mapping describes its keys.
package load
