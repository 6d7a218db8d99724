// Package work holds the pages of the work: issues and their five steps, visits to households, points and star ratings.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing. It refuses to call anybody's work fabricated: what is
// doubtful is shown as a prompt to ask.
package work
