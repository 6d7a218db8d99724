// Package licences holds the licences and notices of what is in the binary: of every Go module that is linked, of Go itself, of
// the engine and the libraries inside it, and of what the pages embed.
//
// Files enter at build time, copied by "go test ./cmd/internal/licences -update" from the modules as they were fetched;
// notices leave in one order, always the same. Nothing is written while the program runs. It refuses, by its test, a module
// that is linked and has no notice here, one whose text differs from the module's own, and one that is here and no longer needed.
package licences
