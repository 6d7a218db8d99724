// Package flow says how long issues take from step to step, and which step holds them up.
//
// Issues with the times at which they passed each step enter; for every step the Kaplan–Meier time with its interval,
// how far it lies behind a benchmark in days and in issues, and whether that is more than chance, leave. Issues that
// wait are followed to the end of the cut-off day and count as not yet done, as in the measures step_days_*. There is no
// I/O and no state, so a crash has nothing to spoil. It refuses to name a bottleneck on a small base, and a step that
// more than half of the issues have not passed has no median: "not reached" is an answer.
package flow
