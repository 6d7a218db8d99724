// Package did estimates what a change brought about, from who had it and when: difference in differences.
//
// Outcomes by unit and period, with each unit's first period under the change, enter; effects with standard errors,
// intervals, tests of parallel trends and warnings leave. There is no I/O and no state, so a crash has nothing to
// spoil; random draws come from a seed that is part of the result. It refuses comparisons without comparison units,
// says which units and periods it left out and why, and never lets NaN out.
//
// Two designs: two groups and two periods (TwoByTwo), and a staggered start (Staggered) by the method of Callaway &
// Sant'Anna (2021), Journal of Econometrics 225:200–230; Adjusted and AdjustedTwoByTwo are the same with covariates, for
// cross-sections and unbalanced panels too (Sant'Anna & Zhao 2020, Journal of Econometrics 219:101–122). Both rest on parallel trends: without the change, the treated
// would have moved as the comparison units did. No number can prove that; Staggered's pre-test can only cast doubt.
package did
