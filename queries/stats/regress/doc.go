// Package regress fits the small regressions other estimators are made of: least squares, logit and Poisson.
//
// A table of N rows and K columns (the first of them usually 1), outcomes and weights enter; coefficients, fitted means
// and the inverse of the information leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses
// what has no single answer, in a word that says why: columns that follow from one another, outcomes that a column
// splits without a remainder, too few rows. NaN never leaves it.
//
// Columns should be of similar size (Standardised does that): sums of squares of a column near a million lose the digits
// of one near 1.
package regress
