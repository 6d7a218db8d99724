package view

// Scatter sets units by two values against each other, with their names.
type Scatter struct {
	Frame
	X, Y         Axis
	Points       []ScatterPoint
	MiddleX      *float64 // lines that part the field in four, such as medians
	MiddleY      *float64
	Corners      [4]string // what it means to lie in a corner: top left, top right, bottom left, bottom right
	TextX, TextY string    // how the middles are called
}

// ScatterPoint is one unit.
type ScatterPoint struct {
	Name string
	X, Y Value
	Tone Tone
}

// Kind names the template of the block.
func (*Scatter) Kind() string { return "scatter" }

// Behind is the table of the picture.
func (s *Scatter) Behind() *Table {
	table, l := s.table(), s.Language
	Fill(table, s.Points,
		Of(Words(l.T("单位", "Unit")), func(p ScatterPoint) Cell { return Cell{Text: p.Name, Link: p.X.Link, Tone: p.Tone} }),
		Of(Rate(s.X.Title, s.X.Suffix), func(p ScatterPoint) Cell { return p.X.Cell() }),
		Of(Rate(s.Y.Title, s.Y.Suffix), func(p ScatterPoint) Cell { return p.Y.Cell() }))
	return table
}
