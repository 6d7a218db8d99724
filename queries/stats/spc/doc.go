// Package spc reads a series over time: control charts (XmR, p, p′, u, u′, g, t), run charts, their rules, and what the
// last point means for a direction and a target.
//
// Series enter as plain numbers, NaN standing for a missing value; charts leave with one centre, two limits and the
// rules that fired for every point, plus warnings. There is no I/O and no state, so a crash has nothing to spoil. It
// refuses to judge fewer than three points, says "trial limits" under twelve, and never lets NaN out: a limit that
// cannot be computed is absent.
//
// Constants and rules follow Wheeler, Understanding Variation (1993), Montgomery, Introduction to Statistical Quality
// Control, and NHS England, Making Data Count; each function names its own source.
package spc
