// Package report sets what is issued: a view with a letterhead as a document that prints on A4.
//
// The view of a page enters, with its request; one HTML document leaves, whose first sheet holds title, issuing unit,
// period, sentences, one picture and one table, and whose annex follows on sheets of its own. The figures are the
// view's: nothing is counted or rounded here, so a report cannot differ from the pages it was taken from. The same
// snapshot, month, place and language give the same bytes. Nothing is written, so a crash costs nothing. It refuses a
// view without a letterhead: what does not say who issues it, for when and from which data is not a report.
package report
