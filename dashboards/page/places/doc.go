// Package places holds the pages of villages and branches: how one stands, which are weak, their capacity, and pilots beside the
// rollout.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing. It refuses to rank villages that do not differ
// clearly, and to conclude from too few of them.
package places
