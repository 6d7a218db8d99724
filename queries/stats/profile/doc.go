// Package profile sets units side by side on a share of things counted, and says how surely one of them lies outside the
// ordinary differences between them.
//
// Events and bases enter, with the share each unit would have if it did as all do in its months; for every unit the weight of
// the evidence, the probability that its true share lies a margin or more below the middle one, and an interval leave. Grades of
// which only a stated share of pairs can be the wrong way round come from the same posterior. There is no I/O and no
// state, so a crash has nothing to spoil. It refuses to let the unit judged, or a few weak ones, set the spread by which
// they are judged, to treat a share near 0 or 1 as normal, and to rank what cannot be told apart.
package profile
