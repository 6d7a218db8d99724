package view

// TileMap shows villages as squares, about where they lie, coloured and named by their tier.
type TileMap struct {
	Frame
	Squares []Square
	Tiers   []Tier // in the order of the key
}

// Square is one village.
type Square struct {
	Column, Row int // hand-placed, from 1; 0: the next free place
	Name        string
	Short       string // two characters, where there is no room for the name
	Tier        string // of a Tier
	Said        string // since when: "第3月"
	Link        string
}

// Tier is one kind of square: its colour is said by a word too.
type Tier struct {
	ID, Name string
	Place    Place
	Poor     bool // the data do not bear a judgement: it is drawn as an outline
}

// Kind names the template of the block.
func (*TileMap) Kind() string { return "tilemap" }

// TierOf is the tier of a square.
func (m *TileMap) TierOf(s Square) Tier {
	for _, t := range m.Tiers {
		if t.ID == s.Tier {
			return t
		}
	}
	return Tier{Name: s.Tier}
}

// Behind is the table of the picture.
func (m *TileMap) Behind() *Table {
	table, l := m.table(), m.Language
	Fill(table, m.Squares,
		Of(Words(l.T("村", "Village")), func(s Square) Cell { return Cell{Text: s.Name, Link: s.Link} }),
		Of(Words(l.T("状态", "State")), func(s Square) Cell { return Plain(m.TierOf(s).Name) }),
		Of(Words(l.T("说明", "Note")), func(s Square) Cell { return Plain(s.Said) }))
	return table
}
