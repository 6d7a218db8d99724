package work

import "slices"

// Measured are the measures that stand on each page of the package, by the page's ID.
func Measured() map[string][]string {
	return map[string][]string{"issues": slices.Concat(IssueMeasures, IssuesByUnit), "visits": slices.Concat(VisitMeasures, VisitsByUnit), "points": slices.Concat(pointMeasures, pointsByUnit)}
}
