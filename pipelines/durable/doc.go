// Package durable writes files that are there whole or not at all, also after a power cut.
//
// A path and content enter; the file leaves, with the names above it. Content is written aside under a hidden name in
// the same folder, synced and renamed, and then the folder is synced: after a crash the path holds what it held before
// or what was written, and at most a hidden file is left behind, which whoever owns the folder may remove. It refuses
// nothing, locks nothing and never looks into what it writes.
package durable
