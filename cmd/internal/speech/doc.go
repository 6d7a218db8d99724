// Package speech says in its user's language what the command line says.
//
// Forms in English enter, as they stand in the code (texts of help, sentences of errors, lines of a log) with the values to fill in;
// the same in the language that was chosen leaves. Chinese stands in the files of the folder zh, found by the English of the code: a
// sentence that is changed there loses its Chinese, and a test says so. Nothing is written here, so that a crash leaves nothing.
// It refuses no text: one that has no Chinese is said in English. What programs read (names of commands, flags, columns and keys,
// CSV, JSON, exit statuses) never passes through it.
package speech
