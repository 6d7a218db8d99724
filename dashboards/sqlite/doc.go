// Package sqlite keeps the small database of the server: accounts, sessions, links and the audit trail, in one file.
//
// The path of the file enters; an open database of the newest schema leaves. Migrations go forward only, each in one
// transaction, after a copy of the whole file was made beside it: after a crash the file is of the old schema or of the new
// one. The file and its copies are their owner's alone. It refuses a file that a newer program wrote, and one that is damaged;
// it never changes either.
package sqlite
