// Package decompose splits the change of a rate between two populations into what the groups' own rates did and what
// the mix of groups did.
//
// Sizes and rates of the same groups in two populations enter; the two effects, group by group, and warnings leave. The
// parts sum to the whole to the last bits. There is no I/O and no state, so a crash has nothing to spoil. It refuses
// negative sizes and populations without members, and never lets NaN out.
package decompose
