package view

// Diverging is changes as bars to both sides of zero: the colour says better or worse, the side says up or down.
type Diverging struct {
	Frame
	Rows []DivergingRow
	Axis Axis
}

// DivergingRow is one change.
type DivergingRow struct {
	Name   string
	Change Value
}

// Kind names the template of the block.
func (*Diverging) Kind() string { return "diverging" }

// Behind is the table of the picture.
func (d *Diverging) Behind() *Table {
	table, l := d.table(), d.Language
	Fill(table, d.Rows,
		Of(Words(l.T("项目", "Item")), func(r DivergingRow) Cell { return Cell{Text: r.Name, Link: r.Change.Link} }),
		Of(Rate(l.T("变化", "Change"), d.Axis.Suffix), func(r DivergingRow) Cell { return r.Change.Cell() }))
	return table
}
