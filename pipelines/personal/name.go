package personal

import (
	"slices"
	"strings"
)

// Names finds the names of known persons in texts. The zero Names knows nobody.
type Names struct {
	known   map[string]bool
	first   map[rune]bool
	lengths []int // in characters, the longest first
}

// shortestName is how many characters a name has at least: one alone is a surname, which half the village bears.
const shortestName = 2

// NewNames knows persons by their names.
func NewNames(names []string) Names {
	n := Names{known: map[string]bool{}, first: map[rune]bool{}}
	for _, name := range names {
		letters := []rune(strings.TrimSpace(name))
		if len(letters) < shortestName {
			continue
		}
		n.known[string(letters)], n.first[letters[0]] = true, true
		if !slices.Contains(n.lengths, len(letters)) {
			n.lengths = append(n.lengths, len(letters))
		}
	}
	slices.Sort(n.lengths)
	slices.Reverse(n.lengths)
	return n
}

// Mask writes masked(name) for every known name in a text. Where two begin at one place the longer one is meant.
func (n Names) Mask(text string, masked func(name string) string) string {
	if len(n.known) == 0 || !strings.ContainsFunc(text, func(r rune) bool { return n.first[r] }) {
		return text
	}
	var b strings.Builder
	letters := []rune(text)
	for at := 0; at < len(letters); {
		name := n.at(letters[at:])
		if name == "" {
			b.WriteRune(letters[at])
			at++
			continue
		}
		b.WriteString(masked(name))
		at += len([]rune(name))
	}
	return b.String()
}

// In reports whether a text holds a known name.
func (n Names) In(text string) bool {
	found := false
	n.Mask(text, func(name string) string { found = true; return name })
	return found
}

// at is the longest known name that letters begin with.
func (n Names) at(letters []rune) string {
	if !n.first[letters[0]] {
		return ""
	}
	for _, length := range n.lengths {
		if length <= len(letters) && n.known[string(letters[:length])] {
			return string(letters[:length])
		}
	}
	return ""
}
