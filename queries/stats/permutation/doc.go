// Package permutation asks how often chance alone, dealing the same outcomes to the same group sizes anew, gives a
// difference of means as large as the one seen.
//
// Two samples enter, whole or by strata; the difference, counts of assignments, p-values, how they were found and warnings leave. There is
// no I/O and no state, so a crash has nothing to spoil; random draws come from a seed that is part of the result. It
// refuses an empty group, says so when it draws instead of counting, and never lets NaN out.
package permutation
