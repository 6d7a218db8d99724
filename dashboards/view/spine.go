package view

// Spine sets one unit against all others, a row for each measure: best and worst unit, middle half, its own dot. Better is always
// to the right.
type Spine struct {
	Frame
	Unit string // whose it is
	Rows []SpineRow
}

// SpineRow is one measure.
type SpineRow struct {
	Name              string
	Value             Value
	Worst, Best       Value   // of all units
	Low, Middle, High float64 // the quartiles: between Low and High lies the middle half
	MiddleText        string
}

// Kind names the template of the block.
func (*Spine) Kind() string { return "spine" }

// Behind is the table of the picture.
func (s *Spine) Behind() *Table {
	table, l := s.table(), s.Language
	Fill(table, s.Rows,
		Of(Words(l.T("指标", "Measure")), func(r SpineRow) Cell { return Plain(r.Name) }),
		Of(Rate(s.Unit, ""), func(r SpineRow) Cell { return r.Value.Cell() }),
		Of(Number(l.T("最差", "Worst")), func(r SpineRow) Cell { return r.Worst.Cell() }),
		Of(Number(l.T("中位", "Middle")), func(r SpineRow) Cell { return Cell{Text: r.MiddleText, Value: number(r.Middle).Value} }),
		Of(Number(l.T("最好", "Best")), func(r SpineRow) Cell { return r.Best.Cell() }))
	return table
}
