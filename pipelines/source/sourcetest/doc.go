// Package sourcetest is the contract of source.Source as a test suite.
//
// A constructor enters that fills a real origin (a folder, a server) with given files; test failures leave. It writes
// nothing of its own, so a crash loses nothing, and it refuses a source that reorders, hides or alters what the
// origin holds. Every source's tests call Run, or RunTables where the origin holds tables; a source that reaches its
// origin over a network also calls RunNetwork, which puts a Wire between the two that stalls, breaks and refuses.
package sourcetest
