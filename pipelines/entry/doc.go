// Package entry writes what people enter in the program as files that land like any other.
//
// The rows of one export enter, with the name of who entered them and the time; a file of one JSON document a row leaves,
// for the store of landed files. It is loaded by the contract of its export and by nothing else, so that a decision survives
// the loss of the warehouse as the rows it speaks of do. Nothing outlives a call: after a
// crash, what has not landed has not been entered. It
// refuses an entry without an author, without rows, or for an export that does not exist.
package entry
