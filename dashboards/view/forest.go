package view

import "slices"

// Forest is estimates with their intervals around the line of no effect.
type Forest struct {
	Frame
	Rows []ForestRow
	Axis Axis
}

// ForestRow is one estimate. Its tone is quiet where the interval does not settle the matter.
type ForestRow struct {
	Name      string
	Estimate  Value
	Low, High float64
	Star      bool // it was named before the results were known
}

// Kind names the template of the block.
func (*Forest) Kind() string { return "forest" }

// Behind is the table of the picture.
func (f *Forest) Behind() *Table {
	table, l := f.table(), f.Language
	columns := []ColumnOf[ForestRow]{
		Of(Words(l.T("指标", "Measure")), func(r ForestRow) Cell {
			if r.Star {
				return Plain("★ " + r.Name)
			}
			return Plain(r.Name)
		}),
		Of(Number(l.T("数值", "Value")), func(r ForestRow) Cell { return r.Estimate.Cell() }),
	}
	if slices.ContainsFunc(f.Rows, func(r ForestRow) bool { return r.High > r.Low }) {
		columns = append(columns, Of(Number(l.T("区间下限", "Interval from")), func(r ForestRow) Cell { return number(r.Low) }),
			Of(Number(l.T("区间上限", "Interval to")), func(r ForestRow) Cell { return number(r.High) }))
	}
	Fill(table, f.Rows, columns...)
	return table
}
