package view

import "slices"

// Headed is the view with a block before all others.
func (v View) Headed(b Block) View {
	v.Blocks = append([]Block{b}, v.Blocks...)
	return v
}

// View is the content of a page as plain data, in one language.
type View struct {
	Heading    string
	Headline   Headline // the answer in one line, in place of the heading; empty on most pages
	Sentences  []string // the answer in words, first
	Blocks     []Block
	Letterhead *Letterhead // of a view that is issued as a document; nil for the others
	Pickers    []Picker    // choices of the page's own in the line of choices
}

// Picker is one more choice in the line of choices, kept in the address under its name.
type Picker struct {
	Name, Label string
	Choices     []Choice
}

// Headline is the answer in one line: what is weak first, set apart by colour, then the rest.
type Headline struct{ Weak, Rest string }

// Letterhead is what a document says of itself: who issues it, for which period, and what its figures stand on. The parts an official
// paper has beside these are left out where they are empty.
type Letterhead struct {
	Issuer string
	Period string   // "2018年1月"
	Basis  []string // cut-off, snapshot, share of rows accepted; what is not to be judged yet

	RedHead string // the name in red over the first page: 逍林镇委员会文件
	Number  string // of the document: 逍党〔2018〕3号
	To      string // whom it is addressed to, without its colon
	Annex   string // the title of what follows the first sheet; empty: the document's own
	Date    string // when it is issued, in words: 2018年2月5日
	Draft   bool   // it is not signed yet
	Whole   bool   // its parts belong to the paper itself and are no attachment of it, as in minutes
	Imprint Imprint
}

// Imprint is what stands at the end of a paper (版记): without office and copies there is none.
type Imprint struct {
	CopyTo string // who gets a copy, without the full stop
	Office string // who prints it
	Date   string // when, in words; empty: when the paper is issued
}

// Stands reports whether a paper has one.
func (i Imprint) Stands() bool { return i.CopyTo != "" || i.Office != "" }

// Block is one part of a view: Section, Stats, *Table, *Chart, Text, Callout, Worked, Commands, Form,
// Choices, Upload, and the components, each in a file of its own.
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
type Stats struct {
	Tiles   []Stat
	Buttons bool // each is one large link
}

// Stat is one headline figure.
type Stat struct {
	Label    string
	Value    string // "77.8%"
	Base     string // "910/1,170"
	Rows     string // where the rows that it counts are shown
	Interval string // "95% 区间 75.3–80.1%"
	Change   string // against the month compared with
	Reading  string // one sentence: signal or noise
	Tone     Tone
	Link     string
	Mark     *Mark // the reading as a pair of icons; nil: the value is not read over time

	Measure string // its ID; empty for a figure that is none
	Tell    *Tell  // nil: nobody can be told of it
}

// Text is paragraphs.
type Text struct{ Paragraphs []string }

// Links is a line of addresses to go on to. Paper leaves it out.
type Links struct{ Links []Link }

// Link is one of them.
type Link struct{ Text, Address string }

// Kind names the template of the block.
func (Links) Kind() string { return "links" }

// Points is a list of lines, each of which stands for itself.
type Points struct{ Lines []string }

// Kind names the template of each block.
func (Points) Kind() string { return "points" }

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
func (Text) Kind() string { return "text" }

// Kind names the template of each block.
func (Callout) Kind() string { return "callout" }

// Kind names the template of each block.
func (Commands) Kind() string { return "commands" }

// Kind names the template of each block.
func (Worked) Kind() string { return "worked" }

// Marked reports whether the view shows icons of readings, so that the page must say how to read them.
func (v View) Marked() bool {
	for _, b := range v.Flat() {
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

// Compares reports whether a figure of the view is set against another month, which the reader may then choose.
func (v View) Compares() bool {
	return slices.ContainsFunc(v.Blocks, func(b Block) bool {
		switch b := b.(type) {
		case Row:
			return slices.ContainsFunc(b.Parts, func(p Part) bool { return View{Blocks: p.Blocks}.Compares() })
		case Stats:
			return slices.ContainsFunc(b.Tiles, func(s Stat) bool { return s.Change != "" })
		case *Tiles:
			return slices.ContainsFunc(b.Tiles, func(t Tile) bool { return t.Change != "" })
		default:
			return false
		}
	})
}

// Tables returns the tables of a view, those behind charts and pictures included, in order.
func (v View) Tables() []*Table {
	var all []*Table
	for _, b := range v.Flat() {
		switch b := b.(type) {
		case *Table:
			all = append(all, b)
		case *Chart:
			all = append(all, &b.Table)
		case Pictured:
			if t := b.Behind(); t != nil && b.Framed().State == Ready {
				all = append(all, t)
			}
		}
	}
	return all
}
