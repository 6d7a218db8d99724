// Package survival estimates how long something takes when part of it has not happened yet: Kaplan–Meier curves with
// their limits and quantiles, and the log-rank test between groups.
//
// Durations with a mark "happened" or "not yet" (censored) enter; curves, quantiles, test statistics and warnings
// leave. There is no I/O and no state, so a crash has nothing to spoil. It refuses negative or missing durations (left
// out and counted), reports a quantile that the curve does not reach as absent, and never lets NaN out.
package survival
