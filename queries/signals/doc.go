// Package signals finds where help or attention is due, with the evidence for it: weak villages by two keys, and the
// separate signals a reserve cadre is expected to show.
//
// Series of measures, results of the hard criteria, supports and the records of members enter, as plain rows; findings
// with their numbers, likely causes and sentences leave. There is no I/O and no state, so a crash has nothing to spoil.
// It refuses a quota (a town may have no weak village, or five), a verdict on a person, a score made of several signals,
// and any judgement on data too poor for it.
package signals
