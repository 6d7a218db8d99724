// Package pagetest is a small town to ask pages about: a snapshot of the real engine, with the tables that publishing makes.
//
// Figures chosen for tests enter; a database leaves that answers the queries of pages in their own dialect. It is made once for all
// tests of a package; every test has a copy of its own. Nothing outlives the test, crashed or not. It refuses what the engine refuses: a column
// that no model makes is an error.
package pagetest
