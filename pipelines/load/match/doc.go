// Package match finds out what a table is: which row is its header, which exports it feeds, and which of its columns, or
// what a mapping file makes of them, becomes which column of a contract.
//
// Decoded tables and mapping files enter. What leaves are segments: runs of rows under one header, each with a plan for
// every export that is cut out of it; or an *decode.Error that says why nothing could be recognised. It also proposes
// mapping files for tables that are not recognised, and keeps those that a person confirmed. Nothing but confirmed
// mapping files outlives a call; each is written whole or not at all, so that a crash leaves the one before. It refuses to
// guess: a header that fits two exports, or two columns of which only one can be meant, is told and not taken; what is merely
// similar is proposed and waits for a person.
//
// # Mapping files
//
// A mapping file (YAML) tells how the files of one exporter fit the contracts; Mapping describes its keys, MappedColumn
// the ways a column can be made, and package data explains each of them for people. What is wrong with one is told as a
// pipelines.MappingRefusal.
package match
