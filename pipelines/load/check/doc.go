// Package check holds typed rows to the rules that need other rows: references, repeated keys, who may visit whom.
//
// The typed rows of one export enter, as the temporary table typed_<export>, beside the tables of a run that package ledger
// describes: feeds, and found, which this package adds to. What leaves are rows in quarantine and in the waiting room. All
// of it happens in the caller's transaction, so that a crash leaves nothing. It refuses a row whose key another row of its
// file has, and one that names what no list has ever named; that row waits until a list does.
package check
