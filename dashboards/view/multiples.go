package view

import (
	"math"

	"hulian/queries/reading"
)

// Multiples is the same small curve for every unit, on one scale, over a grey curve of all.
type Multiples struct {
	Frame
	Panels    []Panel
	Reference []float64 // the grey curve; nil: none
	Axis      Axis
}

// Panel is one unit.
type Panel struct {
	Name, Badge string
	Trend       Trend
	Mark        int    // the position of the month that is marked, such as the start; -1: none
	MarkText    string // "启动 2017-05"
	Tone        Tone
	Unknown     string // why there is no curve
	Link        string
}

// Kind names the template of the block.
func (*Multiples) Kind() string { return "multiples" }

// Behind is the table of the picture: a row for each unit, a column for each month.
func (m *Multiples) Behind() *Table {
	table, l := m.table(), m.Language
	columns := []ColumnOf[Panel]{
		Of(Words(l.T("单位", "Unit")), func(p Panel) Cell { return Cell{Text: p.Name, Link: p.Link, Note: p.Unknown} }),
		Of(Words(l.T("说明", "Note")), func(p Panel) Cell { return Plain(p.MarkText) }),
	}
	var months []string
	for _, p := range m.Panels {
		if len(p.Trend.Months) > len(months) {
			months = p.Trend.Months
		}
	}
	for i, month := range months {
		columns = append(columns, Of(Number(month), func(p Panel) Cell {
			if i >= len(p.Trend.Values) || math.IsNaN(p.Trend.Values[i]) {
				return Plain(reading.Missing)
			}
			return number(p.Trend.Values[i])
		}))
	}
	Fill(table, m.Panels, columns...)
	return table
}
