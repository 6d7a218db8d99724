package facts

import (
	"context"

	"hulian/dashboards/visitor"
	"hulian/queries/signals"
)

type criterion struct {
	VillageID, Criterion, Month               string
	Met                                       bool
	State, MonthState                         string
	Numerator, Denominator, Value, LimitValue float64
}

const criteriaSQL = `
select h.village_id, h.criterion, h.month, h.met, h.state, h.month_state, h.numerator, h.denominator, h.value, h.limit_value
from hard_criteria h
where h.month between ? and ?
order by h.village_id, h.criterion, h.month`

// Criteria reads how the villages of a place stood against the hard criteria between two months.
func (f Facts) Criteria(ctx context.Context, v visitor.Visitor, at Unit, from, to string) ([]signals.Criterion, error) {
	rows, err := list[criterion](ctx, f.at(at), v, "hard criteria", criteriaSQL, from, to)
	all := make([]signals.Criterion, len(rows))
	for i, row := range rows {
		all[i] = signals.Criterion{Village: row.VillageID, ID: row.Criterion, Month: row.Month, Met: row.Met, State: signals.State(row.State), MonthState: signals.State(row.MonthState), Numerator: row.Numerator, Denominator: row.Denominator,
			Value: row.Value, Limit: row.LimitValue}
	}
	return all, err
}
