package month

import (
	"slices"

	"hulian/dashboards/facts"
	"hulian/queries"
)

// Measured are the measures that stand on the overview and in the monthly report, by the page's ID.
func Measured() map[string][]string {
	first := slices.Concat(queries.OnOverview(queries.TileOf), queries.OnOverview(queries.MatrixOf))
	overview := compared(facts.LevelTown)
	for _, m := range first {
		overview = append(overview, m.ID)
	}
	return map[string][]string{"overview": overview, "report": reported}
}
