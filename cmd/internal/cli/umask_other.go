//go:build !unix

package cli

// ownFiles does nothing: such systems know no umask, and a folder's permissions hold for what is made in it.
func ownFiles() {}
