package page

import (
	"slices"
	"strings"

	"hulian/dashboards/chart"
)

// View is the content of a page as plain data, in one language.
type View struct {
	Heading    string
	Sentences  []string // the answer in words, first
	Blocks     []Block
	Letterhead *Letterhead // of a view that is issued as a document; nil for the others
}

// Letterhead is what a document says of itself: who issues it, for which period, and what its figures stand on.
type Letterhead struct {
	Issuer string
	Period string   // "2018年1月"
	Basis  []string // cut-off, snapshot, share of rows accepted; what is not to be judged yet
}

// Block is one part of a view: Section, Stats, *Table, *Chart, Text, Callout, Worked, Commands, Form,
// Choices, Upload.
type Block interface {
	// Kind names the template that draws the block.
	Kind() string
}

// Tone says how a value is to be read; pages show it by colour and by a word or sign, never by colour alone.
type Tone string

// Tones. ToneNone is the tone of most values most of the time.
const (
	ToneNone   Tone = ""
	ToneBetter Tone = "better" // blue
	ToneWorse  Tone = "worse"  // orange
	ToneQuiet  Tone = "quiet"  // grey: no signal, not ripe, base too small
)

// Section is a heading between blocks.
type Section struct {
	ID    string // anchor
	Title string
	Note  string
}

// Stats is a row of tiles.
type Stats struct{ Tiles []Stat }

// Stat is one headline figure.
type Stat struct {
	Label    string
	Value    string // "77.8 %"
	Base     string // "910/1,170"
	Interval string // "95 % 区间 75.3–80.1 %"
	Reading  string // one sentence: signal or noise
	Tone     Tone
	Link     string
	Mark     *Mark // the reading as a pair of icons; nil: the value is not read over time

	Measure string // its ID; empty for a figure that is none
}

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
}

// Cell is one value of a table: as shown, as downloaded, where it leads.
type Cell struct {
	Text  string // what screen and paper show
	Value string // what a download holds, unformatted; empty: Text
	Base  string // "50/52", shown small after the text
	Num   string // numerator of a rate, for the download
	Den   string // denominator of a rate, for the download
	Link  string
	Tone  Tone
	Note  string // a few words shown small below

	Interval string // "60.9–62.5 %", shown small below the base
	Read     string // the reading in words, for the download; on the screen the icons carry it
	Mark     *Mark
}

// Chart is a picture with the table behind it.
type Chart struct {
	Title string
	Note  string
	chart.Chart
	Table Table
	Open  bool // the table is part of the answer and not only behind the picture
}

// Text is paragraphs.
type Text struct{ Paragraphs []string }

// Callout is a set-apart message: an empty state, a warning, a limit of what can be concluded.
type Callout struct {
	Tone  Tone
	Title string
	Text  string
	Next  string // what to do next
	Link  string // where to do it
}

// Worked is a grid of figures each with its formula written out.
type Worked struct {
	Title   string
	Figures []Figure
}

// Commands is a row of buttons that each do something on the server.
type Commands struct {
	Title    string
	Commands []Command
}

// Command is one button: what it says, and the address it is posted to.
type Command struct{ Label, Address string }

// Figure is one worked figure: its name, what it is made of, what comes out.
type Figure struct {
	Name    string
	Formula string // in words: "(residents + migrants) ÷ full-time cadres"
	Sum     string // in numbers: "(4,863 + 6,179) ÷ 9"
	Value   string // "1,226.9"
	Note    string
	Mark    *Mark  // the reading as a pair of icons; nil: none
	Reading string // and in one sentence
}

// Kind names the template of each block.
func (Section) Kind() string { return "section" }

// Kind names the template of each block.
func (Stats) Kind() string { return "stats" }

// Kind names the template of each block.
func (*Table) Kind() string { return "table" }

// Kind names the template of each block.
func (*Chart) Kind() string { return "chart" }

// Kind names the template of each block.
func (Text) Kind() string { return "text" }

// Kind names the template of each block.
func (Callout) Kind() string { return "callout" }

// Kind names the template of each block.
func (Commands) Kind() string { return "commands" }

// Kind names the template of each block.
func (Worked) Kind() string { return "worked" }

// Blank reports whether there is nothing to draw: no number stands behind the picture. Empty axes look like zero, so
// the page says "no data" instead.
func (c *Chart) Blank() bool {
	for _, row := range c.Table.Rows {
		for _, cell := range row[min(1, len(row)):] {
			if strings.ContainsAny(cell.Text, "0123456789") {
				return false
			}
		}
	}
	return true
}

// Marked reports whether the view shows icons of readings, so that the page must say how to read them.
func (v View) Marked() bool {
	for _, b := range v.Blocks {
		switch b := b.(type) {
		case Stats:
			if slices.ContainsFunc(b.Tiles, func(s Stat) bool { return s.Mark != nil }) {
				return true
			}
		case Worked:
			if slices.ContainsFunc(b.Figures, func(f Figure) bool { return f.Mark != nil }) {
				return true
			}
		}
	}
	for _, t := range v.Tables() {
		for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
			if slices.ContainsFunc(row, func(c Cell) bool { return c.Mark != nil }) {
				return true
			}
		}
	}
	return false
}

// Tables returns the tables of a view, those behind charts included, in order.
func (v View) Tables() []*Table {
	var all []*Table
	for _, b := range v.Blocks {
		switch b := b.(type) {
		case *Table:
			all = append(all, b)
		case *Chart:
			all = append(all, &b.Table)
		}
	}
	return all
}
