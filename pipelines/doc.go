// Package pipelines is the vocabulary every other package speaks: exports, files, runs, problems, tables of rows.
//
// What enters and leaves are plain values; nothing here opens a file or a database, and only the standard library is
// imported, so that pages, loaders and commands can share words without sharing machinery. After a crash there is
// nothing to restore. It refuses to know how any of its values is stored or shown: sentences for people come from
// package data, bytes on disk from the packages that own them.
package pipelines
