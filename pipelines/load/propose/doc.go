// Package propose says what a table could be that nobody has described yet: which row names its columns, which export it
// holds most likely, and which of its columns is which of the contract, each with the reasons.
//
// A file enters, with what a person already said of it. What leaves are proposals, the likeliest export first, and drafts of
// mapping files in which every guess waits to be uncovered. Nothing is written, so that a crash loses nothing. It refuses to
// offer what the values contradict, and never takes a row of data for the header: where no row names the columns, it says so.
//
// # How a proposal is made
//
//  1. The first rows are read. The header is the row whose words mean something and that differs from what stands below it:
//     a text above days, figures or IDs.
//  2. Every header is cut into words, whatever the language, and the words are looked up (data/meanings.yaml). What a header
//     says is a set of meanings: 案件编号 and "Service request number" are both {issue, id}.
//  3. The headers of the contracts are cut in the same way. Two headers are alike as far as they say the same.
//  4. The values below the header are held against the type of each column that is offered: days, numbers, words of a list,
//     IDs that do not repeat. Values that are something else rule an offer out, whatever the header says.
//  5. The export is the one whose own columns are there: a column that many exports have says little.
package propose
