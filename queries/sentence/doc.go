// Package sentence says findings in words: phrases as data, in Chinese and English, filled with values.
//
// A book of phrases (YAML, key → zh and en, with {names} to fill, and {name:one|many} where a word hangs on a number) and values enter; a sentence leaves. A book is read
// whole or not at all, so that a crash or a half-written file cannot leave half a vocabulary. It refuses a phrase that
// lacks a language and one whose languages name different values: a number shown in Chinese is shown in English too.
package sentence
