// Package reading says what a value of a measure means: how sure it is, whether it changed beyond chance, whether the
// target can be met as things stand, and all of it in one sentence.
//
// A definition (queries.Measure), its months (numerator, denominator, value) and the town's rules enter; a Reading
// leaves: interval, cautions, variation, assurance, the rule that fired, the method chosen, the sentence in Chinese or
// English. It is also the one place where numbers become text, so that a page, a report and a sentence cannot round
// differently. There is no I/O and no state, so a crash has nothing to spoil. It refuses to judge a small base, a month
// that is not ripe, and a stock as if its months were independent; "not enough data" is an answer, NaN never is.
package reading
