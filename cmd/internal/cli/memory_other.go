//go:build !linux

package cli

// boundMemory does nothing: only Linux counts all that a process takes against a limit of its own.
func boundMemory(string) error { return nil }
