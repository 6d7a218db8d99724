// Package layers holds the rules of the house as tests: which package may import which, and what every package
// comment must say.
//
// The module's own source enters; test failures leave. It holds no code for the binary, writes nothing, and refuses
// a package that no rule names, so that a new room is drawn on the plan before it is built.
package layers
