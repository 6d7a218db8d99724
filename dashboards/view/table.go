package view

import (
	"slices"

	"hulian/queries/reading"
)

// Count shows a number of things.
func Count(n float64) Cell {
	return Cell{Text: reading.Count(n), Value: reading.Plain(n, 0)}
}

// Decimal shows a number with decimals.
func Decimal(x float64, digits int) Cell {
	return Cell{Text: reading.Decimal(x, digits), Value: reading.Plain(x, digits)}
}

// Share shows a proportion with its base.
func Share(numerator, denominator float64) Cell {
	if !(denominator > 0) {
		return Cell{Text: reading.Missing, Base: reading.Base(numerator, denominator), Num: reading.Plain(numerator, 0), Den: reading.Plain(denominator, 0)}
	}
	share := numerator / denominator
	return Cell{Text: reading.Decimal(share*100, 1), Value: reading.Plain(share*100, 1), Base: reading.Base(numerator, denominator),
		Num: reading.Plain(numerator, 0), Den: reading.Plain(denominator, 0)}
}

// Words heads a column of words.
func Words(title string) Column { return Column{Title: title, Kind: ColumnText} }

// Day heads a column of days.
func Day(title string) Column { return Column{Title: title, Kind: ColumnDate} }

// Number heads a column of numbers.
func Number(title string) Column { return Column{Title: title, Kind: ColumnNumber} }

// Rate heads values that stand on a base.
func Rate(title, unit string) Column { return Column{Title: title, Unit: unit, Kind: ColumnRate} }

// Table is rows under columns. Its ID names it in a download (?format=csv&table=ID), so it is unique on its page.
type Table struct {
	ID       string
	Title    string
	Note     string
	Columns  []Column
	Rows     [][]Cell
	Total    []Cell // a last row set apart; nil: none
	Empty    string // what to say when there are no rows
	Stacked  bool   // on a phone each row becomes a card: for rows that hold sentences
	Folded   bool   // behind its title, for what is looked up and not read
	MoreLink string // where all rows are shown
	More     string // e.g. "the 50 longest of 312"; empty when all rows are shown
	PageRows int    // how many rows stand on one page of it; 0: as many as of most tables
	Exist    int    // how many rows there are where the table holds fewer; 0: it holds all
	Long     bool   // on a document: the screen shows the first rows until asked, and paper all of them
	OnePage  bool   // it holds the rows of one page of itself, as the address asks for them; Exist says how many there are
	Before   int    // how many rows stand on the pages before that one
	Part     bool   // the page that shows it turns its pages itself: it holds one of them
}

// ColumnKind says how a column is aligned and downloaded.
type ColumnKind string

// Kinds of columns. A Rate column downloads as three: value, numerator, denominator.
const (
	ColumnText   ColumnKind = "text"
	ColumnNumber ColumnKind = "number"
	ColumnRate   ColumnKind = "rate"
	ColumnDate   ColumnKind = "date"
)

// Column heads the cells below it.
type Column struct {
	Title string
	Unit  string // shown after the title and in the download's header, e.g. "%"
	Kind  ColumnKind
	Note  string // what it counts, shown on demand
	Read  bool   // its cells carry a reading: the download holds interval and sentence in columns of their own

	Harmless bool // it counts neither persons nor households: a paper for everybody shows its small numbers too
}

// Cell is one value of a table: as shown, as downloaded, where it leads.
type Cell struct {
	Text  string // what screen and paper show
	Value string // what a download holds, unformatted; empty: Text
	Base  string // "50/52", shown small after the text
	Rows  string // where the rows that the base counts are shown
	Num   string // numerator of a rate, for the download
	Den   string // denominator of a rate, for the download
	Link  string
	Tone  Tone
	Note  string // a few words shown small below

	Interval string // "60.9–62.5%", shown small below the base
	Read     string // the reading in words, for the download; on the screen the icons carry it
	Mark     *Mark
}

// Kind names the template of each block.
func (*Table) Kind() string { return "table" }

// All is how many rows its pages hold.
func (t *Table) All() int {
	if t.OnePage {
		return t.Exist
	}
	return len(t.Rows)
}

// Cut takes columns out of the table, by their places.
func (t *Table) Cut(columns ...int) {
	keep := func(n int) (places []int) {
		for i := range n {
			if !slices.Contains(columns, i) {
				places = append(places, i)
			}
		}
		return places
	}
	var heads []Column
	for _, i := range keep(len(t.Columns)) {
		heads = append(heads, t.Columns[i])
	}
	cut := func(row []Cell) (cells []Cell) {
		for _, i := range keep(len(row)) {
			cells = append(cells, row[i])
		}
		return cells
	}
	rows := make([][]Cell, len(t.Rows))
	for n, row := range t.Rows {
		rows[n] = cut(row)
	}
	t.Columns, t.Rows, t.Total = heads, rows, cut(t.Total)
}
