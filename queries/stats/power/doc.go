// Package power says, before anything begins, how small an effect a comparison could find, and what its design lacks.
//
// Numbers of units, spreads and correlations enter (Question), or the months before the start (Check); power, the number
// of units needed, the smallest effect found, and the gaps of the design leave. There is no I/O, no state and no chance.
// It refuses numbers outside their range in one sentence, and never lets NaN out.
package power
