// Package month holds the pages of the month: the overview, what is to be done, the meeting and its minutes, the monthly report and the closing.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing. The report takes blocks of other pages and is given
// the functions that build them; it refuses a block that no page has.
package month
