package facts

import "context"

// RowsAfter counts the rows of an export that hold days after the cut-off.
type RowsAfter struct {
	Export string
	Rows   float64
	LastOn string // YYYY-MM-DD, the latest of these days
	Set    bool   // the cut-off stands in the town's settings
}

const rowsAfterSQL = `
select export, rows, cast(last_on as varchar) as last_on, case when cut_off_set then 1 else 0 end as cut_off_set
from rows_after_cut_off
order by rows desc, export`

type rowsAfter struct {
	Export    string
	Rows      float64
	LastOn    string `is:"day"`
	CutOffSet bool
}

func (s *Snapshot) readRowsAfter(ctx context.Context) error {
	rows, err := read[rowsAfter](ctx, s.Data, "what lies after the cut-off", rowsAfterSQL)
	for _, row := range rows {
		s.After = append(s.After, RowsAfter{row.Export, row.Rows, row.LastOn, row.CutOffSet})
	}
	return err
}
