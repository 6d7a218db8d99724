package view

// Gantt is what happened or is to happen when, on an axis of months.
type Gantt struct {
	Frame
	Months []string // the axis, "2017-05", in order, without gaps
	Now    string   // the month the data reach to; empty: no line
	Rows   []GanttRow
}

// GanttRow is one unit or task.
type GanttRow struct {
	Name    string
	Link    string
	From    string // month or day; empty: not started, or unknown
	To      string // empty: it goes on
	Text    string // on or beside the bar
	Tone    Tone
	Planned bool   // not begun: it is drawn hollow
	Unknown string // why there is no bar
	Marks   []GanttMark
}

// GanttMark is one day in a row, such as a support that came.
type GanttMark struct{ At, Text string }

// Kind names the template of the block.
func (*Gantt) Kind() string { return "gantt" }

// Behind is the table of the picture.
func (g *Gantt) Behind() *Table {
	table, l := g.table(), g.Language
	Fill(table, g.Rows,
		Of(Words(l.T("项目", "Item")), func(r GanttRow) Cell { return Cell{Text: r.Name, Link: r.Link} }),
		Of(Day(l.T("开始", "From")), func(r GanttRow) Cell { return Cell{Text: r.From, Note: r.Unknown} }),
		Of(Day(l.T("结束", "To")), func(r GanttRow) Cell { return Plain(r.To) }),
		Of(Words(l.T("说明", "Note")), func(r GanttRow) Cell {
			text := r.Text
			for _, m := range r.Marks {
				text += " · " + m.At + " " + m.Text
			}
			return Plain(text)
		}))
	return table
}
