// Package discovery says which of many tests may be believed together: with a thousand members looked at, fifty show
// something that comes by chance once in twenty.
//
// P-values enter; for each the smallest share of false findings at which it would be among the findings leaves. There is no I/O and no
// state, so a crash has nothing to spoil. It refuses nothing: a p-value that is missing stays missing.
package discovery
