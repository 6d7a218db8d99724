package data

import (
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// Nearest returns the name among those given that word was probably meant to be, or "" where none is near: the
// smallest edit distance, at most a third of the word's length and never more than 4.
func Nearest(word string, among []string) string {
	word = strings.ToLower(word)
	best, distance := "", min(max(len([]rune(word))/3, 1), 4)+1
	for _, name := range among {
		if d := levenshtein.ComputeDistance(word, strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

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
