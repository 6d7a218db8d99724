// Package model runs the SQL models of package queries on what was loaded: it finds out which model reads which
// table, in which order they must run and which of them can stay as they are, runs the rest and checks the results.
//
// A warehouse whose exports, history and ops tables are loaded enters, with the cut-off and the programme; tables of
// the schemas staging, intermediate and marts leave. All of it is one transaction: after a crash, a refusal or a
// cancelled context the warehouse holds the models of the last build that passed, whole. It refuses models
// that stand in a circle, and it refuses to commit when a blocking check returns rows. That models read no files, and nothing
// their headers do not name, is what a test of this package holds.
//
// # What is rebuilt
//
// Every table has a fingerprint: of a loaded table, its rows; of a parameter table, its values; of a model its recipe,
// which is its SQL, the macros and the fingerprints of what it reads. A model whose recipe is the one kept from the last
// build stays as it is. One that ran and gave the rows it had before keeps its fingerprint, which stops the change there:
// a new issue runs the list of villages, which looks for villages nobody registered, but not what reads it. Fingerprints
// of rows do not depend on their order, so loading the same file twice changes nothing.
//
// A model whose header names months has all this for each month: only the months whose recipe changed are taken out and
// made again, over the rows of its sources that belong to them. A corrected visit of one month costs that month, and of
// what follows from it later months no more than changes there. Of a list that says since when its rows hold,
// and of the cut-off, a month knows what holds on its last day, so that a newer list and a moved cut-off leave the months before alone.
// A change of what is read whole makes every month anew.
package model
