// Package inequality measures how unevenly a total is spread over its holders.
//
// Amounts enter; the Gini coefficient, the Lorenz curve and warnings leave. There is no I/O and no state, so a crash
// has nothing to spoil. It refuses negative amounts and never lets NaN out: of a total of 0 there is no share, and the
// coefficient is absent.
package inequality
