// Package docx writes what is issued as a Word file in the form of GB/T 9704-2012, the standard for official papers.
//
// A document of package report enters, and the town's own file of styles if it has one; a .docx leaves: A4, margins of 37, 35, 28 and
// 26 mm, a grid of 22 lines of 28 characters, heads 一、（一）1.（1） numbered by Word itself, tables with heads repeated on every page,
// captions with fields, pictures with alternative texts, the page's number — 1 — outside. Fonts are named and none is embedded. The same
// document gives the same bytes. Nothing is written but to the writer, so a crash costs nothing. It refuses a document without a
// letterhead, and a file of styles that is not one of Word's.
package docx
