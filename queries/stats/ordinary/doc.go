// Package ordinary answers how rarely an ordinary member of a group would show as much as one does, where ordinary members
// differ among themselves by more than chance. It knows groups, counts and bases, and nothing of what they are.
package ordinary
