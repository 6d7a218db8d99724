// Package funnel compares units of different size with one another: a funnel plot's centre, limits and flags.
//
// Events and totals of units enter; z scores, limits (normal, exact by quantile, exact interpolated), measures of
// overdispersion and the limits widened by it leave, with warnings. There is no I/O and no state, so a crash has
// nothing to spoil. It refuses units without a total (they are kept, without limits or flag) and never lets NaN out.
// Where a model of the ordinary differences between units is fitted elsewhere, a Band gives the limits that follow from it.
//
// The methods are Spiegelhalter's: Statistics in Medicine 24:1185–1202 (2005) for the limits, Quality and Safety in
// Health Care 14:347–351 (2005) and Statistical Methods in Medical Research 21:115–133 (2012) for overdispersion.
package funnel
