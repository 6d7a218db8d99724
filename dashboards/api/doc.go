// Package api answers programs: units, measures, tables, problems, runs, uploads and questions in SQL, as JSON, CSV, Parquet and
// Arrow.
//
// Requests enter with their visitor, and rows through package facts, which masks them; answers leave, described by an OpenAPI
// document that is made from the handlers' own types and served beside them. Nothing is kept, so a crash costs nothing: what a
// program hands in lies at the desk, and what it read of persons stands in the audit trail before the answer is sent. It refuses
// parameters it does not know, a place in a list of data that were published anew since, and whatever is not for the visitor, as
// if it did not exist.
package api
