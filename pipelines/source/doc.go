// Package source says where exports come from: a watched folder, files named by a person, and later uploads, web
// addresses, file servers and databases, all behind one interface.
//
// Configuration enters; a lazily opened Item per file leaves, oldest first. A source keeps no state, so nothing is at
// stake in a crash: what has been taken already is known by its content in package land. It never looks inside a file
// and refuses to hand over one that is still being written: such a file is left for the next pass.
//
// Every source must pass the suite in package sourcetest.
package source
