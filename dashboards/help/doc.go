// Package help holds the texts by which people learn to read the pages: one of each page, and a guide for each role, in both languages.
//
// An ID and a language enter; a text leaves, as headings and lines. The texts are files of the program, so nothing is read from
// elsewhere and a crash costs nothing. A line may name a measure as {on_time_rate} and a page as [issues]; whoever shows it puts the
// names there, so that a text cannot call a measure by a name it does not have. The package refuses an ID it has no text of.
package help
