package queries

import (
	"cmp"
	"slices"
)

// Headline lists the measures that the overview leads with, the programme's published figures first. The history of runs keeps
// them of the whole town.
func Headline() []string {
	return []string{"resolution_rate_cumulative", "card_rate", "household_coverage", "on_time_rate", "satisfaction_rate", "overdue_issues", "unvisited_share"}
}

// TileOf is the place of a measure among the tiles of the overview; 0: it has none.
func TileOf(s Stands) int { return s.Tile }

// MatrixOf is the place of a measure among the columns of the overview's matrix; 0: it has none.
func MatrixOf(s Stands) int { return s.Matrix }

// OnOverview lists the measures that stand somewhere on the overview, in order.
func OnOverview(place func(Stands) int) []Measure { return inOrder(measures(), place) }

func inOrder(all []Measure, place func(Stands) int) []Measure {
	found := slices.DeleteFunc(slices.Clone(all), func(m Measure) bool { return place(m.Stands) == 0 })
	slices.SortStableFunc(found, func(a, b Measure) int { return cmp.Compare(place(a.Stands), place(b.Stands)) })
	return found
}
