// Package personal finds the numbers of persons in free texts, identity cards and telephones, and the names of persons who are
// known, and masks them.
//
// A text enters; what kind of number it holds, or the text with digits as asterisks and names masked, leaves. Nothing is written.
// Loading warns by the same rule as pages and exports mask by, so that the two never differ. It refuses to guess: a number is
// known by its form alone, and a name that is in no list of persons is not found.
package personal
