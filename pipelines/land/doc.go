// Package land keeps an immutable copy of every file that ever arrived, named by its content, and the order of
// arrival.
//
// A source.Item enters; a File with its number of arrival leaves, and later its content, held to its name. On disk:
//
//	landed/ab/abcdef…      the content, named by its SHA-256
//	landed/ab/abcdef….name a second copy of what people entered in the program, which nobody can send again
//	landed/manifest.ndjson one line a file, in order of arrival, each with its own hash
//
// Content is copied to a temporary file, synced and renamed before its line is appended to the manifest and synced,
// so after a crash every line has its content; content without a line is landed again for nothing but the line, and a
// last line torn by the crash is cut off.
//
// Content is hashed while it lands and whenever it is read again by another process: what is not what its name says, or
// is gone, is an error that wraps ErrDamaged and is never handed on. The same content, sent again under any name, is put back in
// its place. A line of the manifest that cannot be trusted closes the store, because the order of arrival decides which version of
// a row wins; Inspect and Rewrite are there for whoever repairs it, and no file is ever given another number.
//
// It never decodes anything, never overwrites what is whole, and refuses a file that changes while it is copied. One
// process lands at a time: the caller holds the run lock.
package land
