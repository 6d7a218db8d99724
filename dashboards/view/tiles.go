package view

import "slices"

// Tiles is a row of headline figures, each with its course over two years and one verdict.
type Tiles struct {
	Frame
	Tiles []Tile
}

// Tile is one headline figure.
type Tile struct {
	ID      string
	Label   string
	Value   Value
	Change  string // against the month compared with: "比上月+1.9"
	Verdict string // at most 14 Chinese characters, or 28 Latin ones
	Trend   Trend
	Strip   *Strip   // where the unit stands among its like; nil: it is compared with none
	Details []Detail // base, interval, method: shown when the tile has the focus
	Link    string
	Tell    *Tell  // nil: nobody can be told of it
	Rows    string // where the rows that it counts are shown
	State   State
	Reason  string // why there is nothing to show, in its place
}

// Detail is one line behind a figure.
type Detail struct{ Name, Text string }

// Kind names the template of the block.
func (*Tiles) Kind() string { return "tiles" }

// Behind is the table of the tiles, a row each.
func (t *Tiles) Behind() *Table {
	table, l := t.table(), t.Language
	Fill(table, t.Tiles,
		Of(Words(l.T("指标", "Measure")), func(t Tile) Cell { return Cell{Text: t.Label, Link: t.Link} }),
		Of(Rate(l.T("数值", "Value"), ""), func(t Tile) Cell { return t.Value.Cell() }),
		Of(Words(l.T("变化", "Change")), func(t Tile) Cell { return Plain(t.Change) }),
		Of(Words(l.T("研判", "Verdict")), func(t Tile) Cell { return Plain(t.Verdict) }))
	if slices.ContainsFunc(t.Tiles, func(t Tile) bool { return t.Strip != nil }) {
		table.Columns = append(table.Columns, Words(l.T("与同类相比", "Against its like")))
		for i, tile := range t.Tiles {
			said := Cell{}
			if tile.Strip != nil {
				said = Cell{Text: tile.Strip.Said, Tone: tile.Strip.Tone()}
			}
			table.Rows[i] = append(table.Rows[i], said)
		}
	}
	return table
}

// Course is the trend of one tile with the words that describe it.
type Course struct {
	Trend Trend
	Tone  Tone
	Said  string // in one sentence
}

// Course is what is drawn in the tile.
func (t Tile) Course(f Frame) Course {
	l := f.Language
	said := l.Tf("%s，近%d个月走势，最近为%s。", "%s over %d months; the newest value is %s.", t.Label, len(t.Trend.Values), t.Value.Shown())
	if t.Verdict != "" {
		said += l.Tf("%s。", " %s.", t.Verdict)
	}
	return Course{t.Trend, t.Value.Judged(), said}
}

// Kind names what is drawn; a course is a part of a tile and no block of its own.
func (Course) Kind() string { return "course" }

// Strip sets one unit among its like on one measure: a grey mark for each of the others, its own on top. Better is always to the right.
type Strip struct {
	Others []float64
	Own    Value
	Down   bool   // the smaller the better
	Place  Place  // where it stands
	Word   string // the same in a word or two; empty where it stands among the others
	Said   string // in one sentence
}

// Kind names what is drawn; a strip is a part of a tile and no block of its own.
func (*Strip) Kind() string { return "strip" }

// Tone is the place as a tone.
func (s *Strip) Tone() Tone {
	switch {
	case s.Own.Small() || !s.Own.Known():
		return ToneQuiet
	case s.Place < Among:
		return ToneWorse
	case s.Place > Among:
		return ToneBetter
	default:
		return ToneNone
	}
}
