package typing

import (
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// SilentBit stands in Row.Silent for a column of a contract.
func SilentBit(column int) int64 { return 1 << column }

// silences finds the columns a row says nothing of, because none of their cells stands in the file. A row of delimited text
// that ends early is told: it may have been cut off.
func (r *Reader) silences(cells []decode.Cell) {
	first := -1
	for i := range r.columns {
		if r.row.Values[i].Set || !r.silent(&r.columns[i], cells) {
			continue
		}
		r.row.Silent |= SilentBit(i)
		if first < 0 {
			first = i
		}
	}
	if first >= 0 && r.row.Fate == Accepted && r.settings.Silence == decode.SilentEnd {
		r.part = 0
		r.row.Problems = append(r.row.Problems, Problem{Column: -1, Code: pipelines.RowShort, Severity: pipelines.SeverityWarn,
			Detail: pipelines.NewDetail(pipelines.DetailRowShort, len(cells), len(r.settings.Header), pipelines.ColumnNamed(r.plan.Contract.Export, r.columns[first].ID))})
	}
}

// silent reports whether none of the cells a column is made from stands in the file. What a mapping says of blank cells it
// says of these too.
func (r *Reader) silent(c *column, cells []decode.Cell) bool {
	if len(c.At) == 0 || c.Blank != nil || c.How == match.LookedUp {
		return false
	}
	for _, at := range c.At {
		if at < len(cells) && (r.settings.Silence == decode.SilentEnd || cells[at].Text != "" || cells[at].Said) {
			return false
		}
	}
	return true
}
