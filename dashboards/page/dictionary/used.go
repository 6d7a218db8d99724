package dictionary

import (
	"slices"

	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/page/places"
	"hulian/dashboards/page/records"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/queries"
	"hulian/queries/compare"
)

// usedOn says on which pages a measure stands, in the order of the navigation: it asks the lists that the pages themselves are made
// of.
func usedOn(r block.Request, m queries.Measure) []question.Page { return usedOnPages(r)(m) }

// usedOnPages is usedOn for whoever asks of many measures: the lists are gathered once.
func usedOnPages(r block.Request) func(m queries.Measure) []question.Page {
	lists := map[string][]string{"weak": block.JudgedBy(), "capacity": places.CapacityMeasures, "organisation": slices.Concat(organisation.OrganisationMeasures, organisation.MergedMeasures),
		"members": organisation.MemberMeasures(), "data": records.Measured()}
	for _, of := range []map[string][]string{month.Measured(), work.Measured()} {
		for page, ids := range of {
			lists[page] = ids
		}
	}
	stands := func(m queries.Measure, page string) bool {
		switch page {
		case "village": // it lists all that is measured of a village or branch
			return (m.At(queries.Village) || m.At(queries.Branch)) && m.Group != "quality"
		case "compare":
			return compare.Comparable(m)
		default:
			return slices.Contains(lists[page], m.ID)
		}
	}
	return func(m queries.Measure) []question.Page {
		return slices.DeleteFunc(question.Pages(), func(p question.Page) bool { return !stands(m, p.ID) || !p.OpenTo(r.Visitor) })
	}
}
