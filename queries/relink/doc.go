// Package relink proposes who of a grid links which household, so that every household has one active member and nobody carries
// more than must be.
//
// The members of a grid enter, its households with the link each has today, and how many households a member can carry. A Plan
// leaves: the links to change with the reason of each, the number of households every member then has, and the hands that are
// missing where the grid has too few. The order of what counts is fixed:
//
//  1. the households above the limit are as few, and spread as evenly, as the number of hands allows (least sum of squares),
//  2. as few links between kin as possible are cut,
//  3. then as few links between neighbours,
//  4. then as few links at all are changed.
//
// Exempt members, and members of another grid, hold no household of this grid afterwards.
//
// The problem is a minimum-cost flow whose costs are compared in this order. The result is proven: no cycle of the remaining
// network has a negative cost, which holds for the best flow and for no other (Klein 1967; Ahuja, Magnanti and Orlin 1993, theorem
// 9.1). There is no I/O and no state, so a crash has nothing to spoil. It refuses to link a household to an exempt member or to one
// of another grid, and to give a proposal that is not proven.
package relink
