// Package cli is the command line: one cobra command a file, wired to the stages, the published snapshot and the
// server.
//
// Arguments, the environment and standard streams enter through Main; data leave on standard output, progress and
// messages on standard error, and the result as an exit status. It writes nothing itself: what a killed command leaves
// behind is what the packages below promise. It refuses unknown commands, flags and names with the nearest right one,
// and never exits with status 0 on failure.
package cli
