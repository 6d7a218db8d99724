// Package facts is what a page is made of: a published snapshot as the programme reads it.
//
// Rows enter through pipelines.Querier; typed rows and values of measures leave, each with its base, with what it is judged by, and
// with why it is not known where it is not. Nothing is written, so a crash costs nothing. It refuses a snapshot without a
// cut-off or a town, and whoever may not see what he asks for. Snapshots bear no version: the oldest it serves are those
// whose star_history holds middle_result and whose callback_visits hold turn. The columns that say why a value is not known and what
// a file of issues tells, and the tables of successions, of rows after the cut-off and of what was set aside or said to be nothing,
// may be missing; what they say is then not said. It knows neither the pages above nor the database below.
package facts
