package view

// Tree is an organisation: who stands under whom.
type Tree struct {
	Frame
	Root    Branch
	Columns bool // what stands below the root stands side by side, in as many columns as there is room for
}

// Branch is one post or body of a Tree.
type Branch struct {
	Name   string
	Person string // who holds it, as far as the reader may know; empty: nobody is named
	Vacant bool   // nobody holds it
	Said   string // "32 members, 412 households"
	Badges []Badge
	Link   string
	Open   bool // what stands below is shown at first
	Below  []Branch
}

// Kind names the template of the block.
func (*Tree) Kind() string { return "tree" }

// Behind is the tree as a table, a row for each post, from the top.
func (t *Tree) Behind() *Table {
	type row struct {
		above string
		Branch
	}
	var rows []row
	var walk func(above string, b Branch)
	walk = func(above string, b Branch) {
		rows = append(rows, row{above, b})
		for _, below := range b.Below {
			walk(b.Name, below)
		}
	}
	walk("", t.Root)
	table, l := t.table(), t.Language
	Fill(table, rows,
		Of(Words(l.T("上级", "Above")), func(r row) Cell { return Plain(r.above) }),
		Of(Words(l.T("组织或岗位", "Body or post")), func(r row) Cell { return Cell{Text: r.Name, Link: r.Link} }),
		Of(Words(l.T("任职", "Held by")), func(r row) Cell {
			if r.Vacant {
				return Plain(l.T("空缺", "vacant"))
			}
			return Plain(r.Person)
		}),
		Of(Words(l.T("说明", "Note")), func(r row) Cell { return Plain(r.Said) }))
	return table
}

// Count is how many posts a branch holds, itself included.
func (b Branch) Count() int {
	n := 1
	for _, below := range b.Below {
		n += below.Count()
	}
	return n
}

// Vacancies is how many of them nobody holds.
func (b Branch) Vacancies() int {
	n := 0
	if b.Vacant {
		n = 1
	}
	for _, below := range b.Below {
		n += below.Vacancies()
	}
	return n
}
