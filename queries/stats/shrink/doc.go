// Package shrink estimates rates of small units by borrowing from the others: empirical Bayes.
//
// Events and bases of units enter; the prior fitted to all of them, and for each unit its raw and shrunken rate with an
// interval and the weight of its own data, leave, with warnings. There is no I/O and no state, so a crash has nothing
// to spoil. It refuses to invent variation: where units differ by no more than chance, the prior is absent, every unit
// is given the pooled rate, and a warning says so. It never lets NaN out.
package shrink
