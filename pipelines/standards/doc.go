// Package standards keeps a town's decisions about its programme: the file that holds them, and who has changed what, when and why.
//
// A change of one setting enters, with its author and reason; the file with the change leaves, and a line of the history. The file
// stays the one truth: people may edit it by hand, which is found out and stands in the history as such. It is replaced whole or not at
// all, and the history is written before it, so that after a crash the history may name a change that the file lacks, which then counts
// as taken back by hand; nothing is lost silently. It refuses a value that loading would refuse, a change of what has changed since it
// was read, and, where the town asks for a second person, one that its author accepts himself.
package standards
