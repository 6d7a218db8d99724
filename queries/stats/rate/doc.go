// Package rate estimates proportions and rates with confidence intervals.
//
// Numerators and denominators enter; the rate, its limits, the name of the method and warnings leave. There is no
// I/O and no state, so a crash has nothing to spoil. It refuses a numerator below zero or, for proportions, above its
// denominator: the result is then absent and a warning says why. Never does NaN leave.
package rate
