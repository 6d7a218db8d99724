// Package association measures how two columns go together: Spearman's rank correlation with its p-values.
//
// Pairs of numbers enter; the coefficient, p-values of several named kinds and warnings leave. There is no I/O and no
// state, so a crash has nothing to spoil. It refuses pairs with a missing half (left out and counted) and never lets
// NaN out: a column without variation has no rank correlation, and the coefficient is then absent.
package association
