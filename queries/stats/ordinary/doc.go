// Package ordinary answers how rarely an ordinary member of a group would show as much as one does, where ordinary members
// differ among themselves by more than chance.
//
// Groups of counts and their bases enter, of which it does not know what they are; a probability for each member leaves. There
// is no I/O and no state, so a crash has nothing to spoil. It refuses groups too small to say what is ordinary: their members
// get no probability.
package ordinary
