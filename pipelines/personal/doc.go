// Package personal finds the numbers of persons in free texts, identity cards, telephones and bank cards, the addresses of houses, and
// the names of persons who are known; numbers and names it masks.
//
// A text enters; what kind of number it holds, or the text with digits as asterisks and names masked, leaves. Nothing is written.
// Loading warns by the same rule as pages and exports mask by, so that the two never differ. It refuses to guess: a number is
// known by its form and its check digit alone, an address by its form, and a name that is in no list of persons is not found.
package personal
