package match

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"hulian/data"
)

// similar is how like a spelling of the contract a header must be to be told as what may be meant, from 0 to 1.
const similar = 0.5

// guess is a contract column a header may stand for. Likeness 1 is a header the contract knows.
type guess struct {
	column   string
	likeness float64
}

// guessColumns matches the cells of a row: known headers first, then the most similar pairs, each column once.
func guessColumns(c data.Contract, cells []string) map[int]guess {
	guesses := map[int]guess{}
	known := matchContract(c, reduce(cells))
	taken := map[string]bool{}
	for id, i := range known.at {
		guesses[i], taken[id] = guess{id, 1}, true
	}
	type pair struct {
		cell     int
		column   string
		likeness float64
		optional int
	}
	var pairs []pair
	for i, cell := range cells {
		key := data.HeaderKey(trim(cell))
		if _, ok := guesses[i]; ok || key == "" || len([]rune(key)) > 40 {
			continue
		}
		for _, column := range c.Columns {
			if taken[column.ID] {
				continue
			}
			likeness := 0.0
			for _, spelling := range append([]string{column.ID, column.Name.Zh, column.Name.En}, column.Headers...) {
				likeness = max(likeness, Alike(key, data.HeaderKey(spelling)))
			}
			if likeness >= similar {
				optional := 1
				if column.Required {
					optional = 0
				}
				pairs = append(pairs, pair{i, column.ID, min(likeness, 0.99) / 2, optional})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.optional, b.optional), cmp.Compare(a.cell, b.cell), cmp.Compare(a.column, b.column))
	})
	for _, p := range pairs {
		if _, ok := guesses[p.cell]; !ok && !taken[p.column] {
			guesses[p.cell], taken[p.column] = guess{p.column, p.likeness}, true
		}
	}
	return guesses
}

// Alike compares two reduced spellings: the share of characters that need no change, and one inside the other as good
// as its share of the longer.
func Alike(a, b string) float64 {
	n := max(len([]rune(a)), len([]rune(b)))
	if n == 0 || a == "" || b == "" {
		return 0
	}
	likeness := 1 - float64(levenshtein.ComputeDistance(a, b))/float64(n)
	if shorter := min(len([]rune(a)), len([]rune(b))); shorter >= 2 && (strings.Contains(a, b) || strings.Contains(b, a)) {
		likeness = max(likeness, 0.5+float64(shorter)/float64(n)/2)
	}
	return likeness
}
