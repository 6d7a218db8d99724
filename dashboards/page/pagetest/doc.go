// Package pagetest is a small town in memory for tests of pages: the snapshot's tables with a few rows each, behind the
// same one-method Querier the server hands to pages.
//
// Queries enter as the pages write them and are run by a real SQL engine (SQLite, in Go, so that the dashboards still
// test without cgo), so a misspelt column or a wrong join fails here. Nothing outlives the test. It refuses to be more
// than a stand-in: that the real snapshot has these tables and columns is tested where the real snapshot is made.
package pagetest
