// Package decisions holds what was decided and what became of it: the page of actions, and the parts that other pages show of actions
// and of what meetings resolved.
//
// A request enters, a view leaves, and of a form the row that is to be kept. Nothing is written here, so a crash costs nothing.
// It refuses support that does not fit the cause, an acceptance by who decided where the town wants two, and a verdict on help that
// is younger than three months; whether help did it, it never says.
package decisions
