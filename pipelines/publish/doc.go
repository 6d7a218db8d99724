// Package publish turns a modelled warehouse into numbered, read-only snapshots, and hands them to readers.
//
// A warehouse enters; files leave:
//
//	snapshots/gen-000001.duckdb   schemas exports, history, waiting, ops and marts; views of them in main
//	snapshots/gen-000001.json     the manifest: inputs, code version, cut-off, checks, hashes of the content and of every file
//	marts/gen-000001/*.parquet    the marts for other tools
//	snapshots/current             the number of the generation to read, and the hash of its content
//
// Everything is written beside under a name that ends in .part, synced, renamed, and only then does current move, by
// another rename. A crash at any point leaves current at a complete generation; what it leaves behind is cleared by
// the next Publish. Content equal to the current generation's is not written again: the hash is made of the tables'
// rows, whatever their order, without the columns that only say when a file was landed or which run read it.
//
// What was published can be damaged later, by a disk or a person. Every file can be held to its hash; readers go on with the
// newest older generation that is whole, and say so; and a current generation that is not whole is never the answer of Publish
// nor what the next one is built upon, so that a run heals it. A generation is only ever healed under a new number.
//
// Tables whose rows are those of the generation before are not encoded again: the new file begins as a copy of the one
// before, in which only the other tables are replaced, and parquet files that hold the same get a second name. Of a large table
// the manifest keeps the sums of each month, so that only the rows of the months that changed are compared. When more
// of a file is left over than used, and when the code is another version, it is written from nothing.
//
// A path is never reused, because the engine keeps serving the old file to a process that opens a path anew while it
// still holds it open. Readers pin a generation; the file stays open until the last of them lets go. Publish refuses
// a warehouse that has no marts; OpenReader refuses to write.
package publish
