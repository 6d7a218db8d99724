// Package page holds the pages: each a function of a question and the facts that returns a view in one language.
//
// A question (an address that was read), the facts of a snapshot and who asks enter; a view leaves: headings, sentences, figures
// with their bases, tables, charts. The same view is drawn on screen and on paper, downloaded as CSV and set in reports, so that a
// number cannot differ between them. Nothing is written, so a crash costs nothing. It refuses a page that nobody builds, it
// never shows a rate without its base, and it knows neither the database below nor the server above.
//
// A page is one file, its address in package question, and its entry among the builders.
package page
