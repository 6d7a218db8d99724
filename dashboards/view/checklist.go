package view

import "slices"

// Checklist is what is to be done, to be ticked off: a plain form that is posted.
type Checklist struct {
	Frame
	Address string // it is posted to; empty: it can be read only
	Fields  []Field
	Groups  []CheckGroup
	Label   string // of the button
	Remark  string // label of a note that may be written; empty: none

	Open, All int // how many are to be done, and of how many, where the list holds only some of them
}

// CheckGroup is items of one kind, the most urgent first.
type CheckGroup struct {
	Title string
	Note  string
	Items []CheckItem
	Rest  []CheckItem // those that do not stand on the page; downloads and counts hold them too
	All   string      // leads to all of them
	Links []Choice    // to the rest: names, and addresses as values
}

// CheckItem is one thing to do.
type CheckItem struct {
	ID      string // what is posted for it
	Text    string
	Link    string
	Note    string // what more is to be known: address, step
	Holder  string // who has it in hand
	Since   string // "41 days"
	Tone    Tone
	Done    bool
	DoneBy  string // "王某 2018-01-12"
	Waiting bool   // ticked, and not taken into the data yet

	ReadOnly bool // nobody here may tick it
	Back     bool // what is done can be taken back
}

// Kind names the template of the block.
func (*Checklist) Kind() string { return "checklist" }

// Left is how many are still to be done, and of how many.
func (c *Checklist) Left() (left, all int) {
	if c.All > 0 {
		return c.Open, c.All
	}
	for _, g := range c.Groups {
		for _, i := range slices.Concat(g.Items, g.Rest) {
			all++
			if !i.Done {
				left++
			}
		}
	}
	return left, all
}

// Counted says it in words.
func (c *Checklist) Counted() string {
	left, all := c.Left()
	return c.Language.Tf("共%[2]d项，待办%[1]d项", "%d of %d still to do", left, all)
}

// Behind is the list as a table, complete.
func (c *Checklist) Behind() *Table {
	type row struct {
		group string
		CheckItem
	}
	var rows []row
	for _, g := range c.Groups {
		for _, i := range slices.Concat(g.Items, g.Rest) {
			rows = append(rows, row{g.Title, i})
		}
	}
	table, l := c.table(), c.Language
	Fill(table, rows,
		Of(Words(l.T("类别", "Kind")), func(r row) Cell { return Plain(r.group) }),
		Of(Words(l.T("事项", "What")), func(r row) Cell { return Cell{Text: r.Text, Link: r.Link, Note: r.Note} }),
		Of(Words(l.T("责任人", "Who")), func(r row) Cell { return Plain(r.Holder) }),
		Of(Words(l.T("时长", "Since")), func(r row) Cell { return Cell{Text: r.Since, Tone: r.Tone} }),
		Of(Words(l.T("办理", "Done")), func(r row) Cell { return Plain(r.DoneBy) }))
	return table
}
