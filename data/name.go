package data

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// Nearest returns the name among those given that word was probably meant to be, or "" where none is near: one that it
// misses by a letter, else one that it begins, is begun by, or shares all its words with (listen_adr is meant for listen,
// keep_days for keep_landed_days), else one that it misses by more letters.
func Nearest(word string, among []string) string {
	name, slips := misspelt(word, among)
	if name != "" && slips < 2 {
		return name
	}
	folded, best := strings.ToLower(word), ""
	for _, other := range among {
		if related(folded, strings.ToLower(other)) && (best == "" || apart(word, other) < apart(word, best)) {
			best = other
		}
	}
	if best == "" {
		return name
	}
	return best
}

// Misspelt returns the name of which word is a misspelling, or "": the smallest edit distance, at most a third of the
// word's length and never more than 4. Two slips or more leave the first letter as it is: report is not meant for import.
func Misspelt(word string, among []string) string {
	name, _ := misspelt(word, among)
	return name
}

func misspelt(word string, among []string) (best string, distance int) {
	word = strings.ToLower(word)
	distance = min(max(len([]rune(word))/3, 1), 4) + 1
	for _, name := range among {
		folded := strings.ToLower(name)
		if d := edits(word, folded); d < distance && (d < 2 || initial(word) == initial(folded)) {
			best, distance = name, d
		}
	}
	return best, distance
}

// edits is how many letters are to be put in, left out, exchanged or, of two that stand side by side, swapped to make one
// name of another: corn is one edit away from cron.
func edits(word, name string) int {
	least := levenshtein.ComputeDistance(word, name)
	letters := []rune(word)
	for i := range len(letters) - 1 {
		letters[i], letters[i+1] = letters[i+1], letters[i]
		least = min(least, 1+levenshtein.ComputeDistance(string(letters), name))
		letters[i], letters[i+1] = letters[i+1], letters[i]
	}
	return least
}

func initial(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// leastShared is how many letters two names share at least that are held for related.
const leastShared = 4

// related reports whether one of two identifiers begins the other, or has all of its words.
func related(a, b string) bool {
	for _, s := range []string{a, b} {
		if strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) || len(s) < leastShared {
			return false
		}
	}
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	within := func(few, many []string) bool {
		return len(few) > 0 && !slices.ContainsFunc(few, func(word string) bool { return !slices.Contains(many, word) })
	}
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || within(words(a), words(b)) || within(words(b), words(a))
}

// apart is by how much two names differ in length.
func apart(a, b string) int { return max(len(a), len(b)) - min(len(a), len(b)) }

// HeaderKey reduces a header to what two spellings of it share: full-width forms become half-width, letters lower
// case, bracketed units (常住人口(人)) and everything but letters, digits and % fall away. A header that consists of a
// bracketed part only keeps it.
func HeaderKey(header string) string {
	folded := strings.ToLower(norm.NFKC.String(header))
	depth := 0
	var outside, all strings.Builder
	for _, r := range folded {
		switch r {
		case '(', '[', '【', '〔', '〈', '<', '{':
			depth++
			continue
		case ')', ']', '】', '〕', '〉', '>', '}':
			depth = max(depth-1, 0)
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '%' {
			continue
		}
		all.WriteRune(r)
		if depth == 0 {
			outside.WriteRune(r)
		}
	}
	if outside.Len() == 0 {
		return all.String()
	}
	return outside.String()
}
