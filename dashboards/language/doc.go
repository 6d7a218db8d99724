// Package language puts things into words: phrases in Chinese and English, the names of levels, groups, exports and values,
// months, periods, moments and intervals.
//
// Phrases in both languages, IDs and numbers enter; text of one language leaves. Nothing is read or written, so a crash costs
// nothing. It refuses no word: what has no name keeps its ID. Numbers themselves become text in queries/reading, and nowhere else.
package language
