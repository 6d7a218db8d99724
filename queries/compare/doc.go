// Package compare asks whether pilot villages changed because of the programme: difference in differences against the
// villages that had not begun, with a permutation test over which villages could have been the pilots.
//
// A measure, its months by village and each village's start enter; a design (who, when, compared with whom), estimates
// with intervals, a placebo in time, the assumptions in words and a graded verdict leave. There is no I/O and no state,
// so a crash has nothing to spoil. It refuses a comparison without villages to compare with or months before, a measure
// whose months cannot be summed, and a verdict the number of villages cannot carry: "the data do not allow a
// conclusion" is one of its answers.
package compare
