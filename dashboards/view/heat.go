package view

import (
	"slices"

	"hulian/queries/reading"
)

// Place is where a unit stands among the others in one month, from far behind (-2) to far ahead (2).
type Place int

// Places among the others.
const (
	FarBehind Place = iota - 2
	SlightlyBehind
	Among
	SlightlyAhead
	FarAhead
)

// Heat is a matrix of units by measures, or of units by months. The colour of a cell is the place of the unit among the others, the
// arrow its own trend; the number is always written.
type Heat struct {
	Frame
	Corner  string // what the rows are: "village"
	Columns []HeatColumn
	Rows    []HeatRow
	Rest    []HeatRow // those that do not stand on the page; downloads hold them too
	Search  *Search   // finds a row by its name; nil: all of them are shown
	Months  bool      // the columns are months: cells are narrow, bases stay in the tooltip
	Means   *Meaning  // what the colours say where they are no place among others; nil: they are
}

// Meaning is what the colours of a matrix say that compares nobody: whether exports came, and in time.
type Meaning struct {
	Colour string // what is coloured, for the key
	Places map[Place]string
	Absent string // what a dash says; empty: unknown
}

// Keyed is what the key of the colours lists: the places that have a meaning.
func (h *Heat) Keyed() []Place {
	var all []Place
	for p := FarBehind; p <= FarAhead; p++ {
		if h.Means == nil || h.Means.Places[p] != "" {
			all = append(all, p)
		}
	}
	return all
}

// Search is a form that asks the same page for rows of a name.
type Search struct {
	Address string // where it leads, without its parameters
	Name    string // of its parameter
	Asked   string
	Kept    []Field // what else stands in the address
	Found   string  // what was found, in words
	All     string  // leads back to all rows
}

// HeatColumn heads one measure or month.
type HeatColumn struct {
	Title, Note string
	SortLink    string // sorts by this column; empty: it cannot be sorted
	Sorted      string // "ascending" or "descending" where the rows are sorted by it
}

// HeatRow is one unit.
type HeatRow struct {
	Name, Link string
	Tone       Tone   // of the unit itself: worse for a weak village
	Badge      string // in a word
	Cells      []HeatCell
}

// HeatCell is one value.
type HeatCell struct {
	Value Value
	Place Place
	Own   Tone   // the unit's own trend
	Apart string // why the unit is not compared with the others; empty: it is
}

// Kind names the template of the block.
func (*Heat) Kind() string { return "heat" }

// Judged is the place of the cell: among the others where nothing can be judged.
func (c HeatCell) Judged() Place {
	if !c.Value.Known() || c.Value.Small() || c.Apart != "" {
		return Among
	}
	return c.Place
}

// Few reports whether a cell stands on too little to be judged, or on a unit that is not compared. What came of exports is no
// estimate: it always stands.
func (h *Heat) Few(c HeatCell) bool { return h.Means == nil && (c.Value.Small() || c.Apart != "") }

// Coloured is the place by whose colour a cell is drawn.
func (h *Heat) Coloured(c HeatCell) Place {
	if h.Means != nil {
		return c.Place
	}
	return c.Judged()
}

// PlaceWord says a place in words.
func (h *Heat) PlaceWord(p Place) string {
	l := h.Language
	if h.Means != nil {
		return h.Means.Places[p]
	}
	switch p {
	case FarBehind:
		return l.T("明显差于其他", "far behind the others")
	case SlightlyBehind:
		return l.T("略差", "a little behind")
	case SlightlyAhead:
		return l.T("略好", "a little ahead")
	case FarAhead:
		return l.T("明显好于其他", "far ahead of the others")
	default:
		return ""
	}
}

// Says is a cell in words, for a tooltip and for those who cannot see the colour.
func (h *Heat) Says(c HeatCell) string {
	l := h.Language
	switch {
	case !c.Value.Known() && h.Means != nil && h.Means.Absent != "": // an empty cell has a meaning of its own
		return c.Value.Unknown
	case !c.Value.Known():
		return l.T("未知：", "unknown: ") + c.Value.Unknown
	case c.Value.Small() && h.Means == nil:
		return c.Value.Base() + l.T("，基数太小，不作评价", ", too small a base to be judged")
	}
	said := c.Value.Base()
	for _, more := range []string{h.PlaceWord(h.Coloured(c)), c.Apart, map[Tone]string{ToneBetter: l.T("本身好转", "improving by itself"), ToneWorse: l.T("本身变差", "worsening by itself")}[c.Own]} {
		if more != "" && said != "" {
			said += l.T("，", ", ")
		}
		said += more
	}
	return said
}

// Behind is the matrix as a plain table, for a spreadsheet: a place and a trend stand in words beside the number.
func (h *Heat) Behind() *Table {
	table := h.table()
	columns := []ColumnOf[HeatRow]{Of(Words(h.Corner), func(r HeatRow) Cell { return Cell{Text: r.Name, Link: r.Link, Note: r.Badge} })}
	for i, c := range h.Columns {
		columns = append(columns, Of(Column{Title: c.Title, Kind: ColumnRate, Note: c.Note, Read: true}, func(r HeatRow) Cell {
			if i >= len(r.Cells) {
				return Plain(reading.Missing)
			}
			cell := r.Cells[i].Value.Cell()
			cell.Read = h.Says(r.Cells[i])
			return cell
		}))
	}
	Fill(table, slices.Concat(h.Rows, h.Rest), columns...)
	return table
}
