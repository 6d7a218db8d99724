// Package sftpdir takes exports from a folder on a file server, over SFTP.
//
// An address, a folder, the server's key and references to secrets enter; an Item per file below the folder leaves,
// oldest first. A file is offered once two looks at it, some seconds apart, show the same size and time, and only when
// it is another one than has landed. A transfer that breaks goes on where it broke.
//
// No state is kept, so nothing is at stake in a crash. It refuses a server whose key is not known beforehand: it never
// takes a key on trust at first sight, since whoever sits in between would then be handed the password.
package sftpdir
