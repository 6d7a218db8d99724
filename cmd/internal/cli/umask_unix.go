//go:build unix

package cli

import "syscall"

// closed are the permissions nobody but the owner of a town's files has.
const closed = 0o077

// ownFiles has what this process creates from now on belong to its owner alone: the engine asks nobody but the umask, for the
// log beside a warehouse and for what it spills.
func ownFiles() { syscall.Umask(syscall.Umask(closed) | closed) }
