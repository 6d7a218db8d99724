// Package discovery says which of many tests may be believed together: with a thousand members looked at, fifty show
// something that comes by chance once in twenty. It reads nothing but the p-values it is given.
package discovery
