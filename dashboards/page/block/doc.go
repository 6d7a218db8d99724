// Package block holds what pages are built of: the request, cells and columns of measures, tiles, marks of position and trend,
// charts of a series, tables of units, sentences that several pages say.
//
// A question, the facts of a snapshot and who asks enter, as a Request; parts of views leave. Nothing is written, so a crash costs
// nothing. It refuses to show a rate without its base, and it knows no page.
package block
