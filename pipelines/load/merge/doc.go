// Package merge brings the accepted rows of a run into the tables of their exports: a newer file wins by key, the version
// it replaces moves to history, and rows that say what stands already change nothing.
//
// A query that selects good rows with the file they came with enters, beside the tables of a run that package ledger
// describes. What leaves is what changed: counts and months. A file that lacks a column says nothing of it, so that what
// stood there stays; a full list of a registry ends the rows it does not name, and what a newer file of events no longer
// holds is told (ops.gone). All of it happens in the caller's transaction, so that after a crash nothing of it has happened. It refuses nothing: what must not be merged has
// been refused before.
package merge
