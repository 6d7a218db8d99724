package view

// Drawer is the rows behind one number, with all it stands on. It opens and closes without script.
type Drawer struct {
	Frame
	Value      Value
	Formula    string // in words
	Definition string
	CutOff     string
	Snapshot   string
	Files      []string // the number rests on these
	SQL        string   // empty: the reader may not see it
	Parts      []Side   // what the rows are shown of: the numerator, the denominator
	Rows       Listing
	Open       bool
}

// Side is one of which rows a drawer shows.
type Side struct {
	Name, Link string
	Chosen     bool
}

// Kind names the template of the block.
func (*Drawer) Kind() string { return "drawer" }

// Behind is the rows.
func (d *Drawer) Behind() *Table { return d.Rows.Table }
