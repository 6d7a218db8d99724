// Package model runs the SQL models of package queries on what was loaded: it finds out which model reads which
// table, in which order they must run and which of them can stay as they are, runs the rest and checks the results.
//
// A warehouse whose exports, history and ops tables are loaded enters, with the cut-off and the programme; tables of
// the schemas staging, intermediate and marts leave. All of it is one transaction: after a crash, a refusal or a
// cancelled context the warehouse holds the models of the last build that passed, whole. It refuses models that read
// what their header does not name, that stand in a circle, or that read files; and it refuses to commit when a
// blocking check returns rows.
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
// what follows from it later months no more than changes there. A change of what is read whole, as the registries are or
// the cut-off, makes every month anew.
package model
