package propose

import (
	"hulian/pipelines"
)

// days finds out how days are written that begin with the day or the month in figures: all of them in the same way, or it
// is not told. Points between the figures put the day first wherever they are in use.
func days(profiles []*profile) (format string, why pipelines.Detail) {
	var all profile
	for _, p := range profiles {
		if p.dotted == 0 || p.dotted*2 < p.moments {
			continue
		}
		if p.short || all.sign != "" && all.sign != p.sign {
			return "", pipelines.Detail{} // no format says it
		}
		all.sign, all.example = p.sign, p.example
		all.dayFirst += p.dayFirst
		all.monFirst += p.monFirst
		if p.told != "" {
			all.told = p.told
		}
	}
	dayFirst, monthFirst := "%d"+all.sign+"%m"+all.sign+"%Y", "%m"+all.sign+"%d"+all.sign+"%Y"
	switch {
	case all.sign == "", all.dayFirst > 0 && all.monFirst > 0:
		return "", pipelines.Detail{}
	case all.dayFirst > 0:
		return dayFirst, pipelines.NewDetail(pipelines.DetailDaysTold, all.told)
	case all.monFirst > 0:
		return monthFirst, pipelines.NewDetail(pipelines.DetailDaysTold, all.told)
	case all.sign == ".":
		return dayFirst, pipelines.NewDetail(pipelines.DetailDaysTold, all.example)
	}
	return "", pipelines.NewDetail(pipelines.DetailDaysUnclear, all.example, dayFirst, monthFirst)
}
