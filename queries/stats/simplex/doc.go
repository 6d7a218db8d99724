// Package simplex finds the weights, none below 0 and of sum 1, by which a mix of columns comes nearest to a target.
//
// Columns of numbers and a target enter; weights, the distance that is left, and whether other weights would do as well
// leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses to stop early: the answer is exact up
// to rounding, and says so by the largest violation of the conditions of an optimum. Synthetic controls and honest
// intervals are built on it.
package simplex
