// Package honest asks how far from parallel the trends may be before the conclusion of an event study falls.
//
// Coefficients before and after a start with their covariance enter; for violations of parallel trends of stated sizes,
// the effects that are possible, confidence sets and the size at which the conclusion breaks down leave. There is no I/O
// and no state, so a crash has nothing to spoil; what is drawn comes from a seed. It refuses an event study without a
// period before the start, which says nothing about violations, and a covariance that is none.
//
// The method is that of Rambachan & Roth (2023), Review of Economic Studies 90:2555–2591, with the tests of Andrews, Roth
// & Pakes (2023), Review of Economic Studies 90:2763–2791, and the fixed-length intervals of Armstrong & Kolesár (2020),
// Quantitative Economics 11:1–39. The defaults are those of the authors' program, HonestDiD for R.
package honest
