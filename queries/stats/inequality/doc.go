// Package inequality measures how unevenly a total is spread over its holders.
//
// Amounts enter, with weights where one stands for many holders; the Gini coefficient, the Lorenz curve and warnings
// leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses negative weights and never lets NaN
// out: of a total of 0 or less there is no share, and the coefficient is absent.
package inequality
