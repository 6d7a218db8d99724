// Package check says whether a town's folder is what was written into it, and puts right what is not.
//
// A folder enters; findings leave: what is damaged, where, and whether a repair can help. Town only reads. Repair sets what is
// damaged aside, into a folder "damaged" beside it, and never deletes it; it restores lines of the manifest under their own
// numbers, puts content back that still lies where it came from, and leaves a folder from which the stages after landing build
// and publish anew what is missing. The caller holds the town's lock for both, so that nobody writes meanwhile.
//
// Every step leaves a folder that can be repaired again: after a crash a second repair goes on. It never gives a landed file
// another number, never builds a warehouse from half of what landed, and never touches a signed month: what only a person can
// bring back is named, and stays a finding.
package check
