package data

import (
	"slices"
	"strings"
	"testing"
)

// TestMeaningsHoldTogether: what a meaning hides or may stand for exists, and every word says something once.
func TestMeaningsHoldTogether(t *testing.T) {
	var ids []string
	for _, m := range Meanings() {
		if slices.Contains(ids, m.ID) {
			t.Errorf("%s stands twice", m.ID)
		}
		ids = append(ids, m.ID)
	}
	if !slices.Contains(ids, SmallWords) {
		t.Errorf("no meaning %q", SmallWords)
	}
	for _, m := range Meanings() {
		for _, other := range m.Hides {
			if !slices.Contains(ids, other) {
				t.Errorf("%s hides %q, which is no meaning", m.ID, other)
			}
		}
		for other, weight := range m.Near {
			if !slices.Contains(ids, other) || weight <= 0 || weight > 1 {
				t.Errorf("%s is near %q by %v", m.ID, other, weight)
			}
		}
		if m.Weight <= 0 || m.Weight > 1 || len(m.Words) == 0 {
			t.Errorf("%s: weight %v, words in %d languages", m.ID, m.Weight, len(m.Words))
		}
		for lang, words := range m.Words {
			seen := map[string]bool{}
			for _, word := range words {
				if key := strings.ToLower(word); strings.TrimSpace(word) != word || word == "" || seen[key] {
					t.Errorf("%s, %s: %q is empty, has blanks around it or stands twice", m.ID, lang, word)
				} else {
					seen[key] = true
				}
			}
		}
	}
	for _, pair := range TraditionalCharacters() {
		if pair[0] == pair[1] {
			t.Errorf("%s is written as itself", pair[0])
		}
	}
}
