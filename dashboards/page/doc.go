// Package page holds the pages: each a function of a published snapshot, a month, a unit, a role and a language that
// returns plain data.
//
// Rows enter through pipelines.Querier; a View leaves: headings, sentences, figures with their bases, tables, charts.
// The same View is drawn on screen and on paper, downloaded as CSV and set in reports, so that a number cannot differ
// between them. Nothing is written, so a crash costs nothing. It refuses a month, village or branch the snapshot does
// not know, it never shows a rate without its base, and it knows neither the database below nor the server above.
//
// A page is one file and its entry in Pages.
package page
