// Package land keeps an immutable copy of every file that ever arrived, named by its content, and the order of
// arrival.
//
// A source.Item enters; a File with its number of arrival leaves. On disk:
//
//	landed/ab/abcdef…      the content, named by its SHA-256
//	landed/manifest.ndjson one line a file, in order of arrival
//
// Content is copied to a temporary file, synced and renamed before its line is appended to the manifest and synced,
// so after a crash every line has its content; content without a line is landed again for nothing but the line, and a
// last line torn by the crash is cut off. It never decodes anything, never overwrites or removes what has landed, and
// refuses a file that changes while it is copied. One process lands at a time: the caller holds the run lock.
package land
