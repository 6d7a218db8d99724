package check

import (
	"context"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

// villagesOf says how the village of a row is found by one of its columns: t is the row.
var villagesOf = []struct{ column, village string }{
	{"village_id", "t.village_id"},
	{"branch_id", "(select any_value(b.village_id) from exports.branches b where b.branch_id = t.branch_id)"},
	{"household_id", "(select any_value(h.village_id) from exports.households h where h.household_id = t.household_id)"},
	{"member_id", "(select any_value(b.village_id) from exports.members m join exports.branches b on b.branch_id = m.branch_id where m.member_id = t.member_id)"},
}

// villages refuses, of the rows of files whose author may hand in those of some villages only, every row that is about another
// one, and every row that does not say which. The former villages that one carries on from count as it.
func (r *Rows) villages(ctx context.Context) error {
	var columns, villages []string
	for _, of := range villagesOf {
		if _, has := r.Column(of.column); has {
			columns, villages = append(columns, statement.Literal(of.column)), append(villages, of.village)
		}
	}
	for _, feed := range r.Feeds {
		own := r.Only[feed]
		if len(own) == 0 {
			continue
		}
		var literals []string
		for _, village := range own {
			literals = append(literals, statement.Literal(village))
		}
		_, err := r.exec(ctx, "other_village", statement.P{
			"feed": number(feed), "columns": columns, "villages": villages, "own": strings.Join(literals, ", "), "unrefused": Unrefused(r.Contract),
			"detail": pipelines.NewDetail(pipelines.DetailWords, strings.Join(slices.Sorted(slices.Values(own)), ", ")).String()})
		if err != nil {
			return err
		}
	}
	return nil
}
