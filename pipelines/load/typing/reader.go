package typing

import (
	"slices"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// firstYear and lastYear bound every date: outside them a digit was mistyped.
const firstYear, lastYear = 1900, 2100

// Settings are what reading a table needs beside its plan.
type Settings struct {
	Zone      *time.Location // times are kept in
	FileZone  *time.Location // of times without an offset; nil: Zone
	Layout    string         // of the standard library: tried before every other form of a day; empty: none
	Limit     time.Time      // the first moment a row of the file cannot know of, on the programme's wall clock
	Header    []string
	Titles    []string
	Silence   decode.Silence                                   // which cells do not stand in the file
	Epoch     int                                              // days to add to numbers that are days
	Companion func(key string) func(header string) decode.Cell // the row of the second file with a key, nil where it has none; nil: there is no file
}

// Layout turns a format as mapping files have it, %m/%d/%Y, into one for Settings.
func Layout(format string) (string, error) {
	if format == "" {
		return "", nil
	}
	return layoutOf(format)
}

// Reader types the rows of one export in one table. It is used by one goroutine; Clone makes another one.
type Reader struct {
	plan     match.Plan
	settings Settings
	columns  []column
	orders   [][]int
	key      int // the key column that is made from others where a file gives none; -1: there is none
	made     []int
	row      Row
	part     int // of the cells a column is made from, the one that is looked at: see Problem.Cell
	counts   Counts
}

// WordsShown is how many different words for nothing are listed; readers keep one more, which says that there are more.
const WordsShown = 20

// Counts are what a reader has seen.
type Counts struct {
	Nothing int64 // cells that hold words for nothing
	Words   map[string]bool
	Alone   int64 // rows whose key the second file does not hold
}

// column is how one column is read.
type column struct {
	data.Column
	match.Origin
	isID, isFree, optional bool
	number                 NumberForm
	words                  vocabulary
	nothing                nothing
	limit                  int // characters of a text
	plain                  plain
	seen                   *seen
}

// NewReader makes a reader.
func NewReader(plan match.Plan, s Settings) *Reader {
	r := &Reader{plan: plan, settings: s, key: -1}
	c := plan.Contract
	for i, of := range c.Columns {
		isID := of.References != "" || slices.Contains(c.Key, of.ID) && of.Type == data.TypeText
		col := column{Column: of, Origin: plan.Columns[i], isID: isID, isFree: of.Type == data.TypeText && !isID, number: formOf(of), words: vocabularyOf(of),
			nothing: nothingOf(of, isID), limit: of.MaxLength, optional: !of.Required && !slices.Contains(c.Key, of.ID)}
		if col.limit == 0 {
			col.limit = 200
		}
		r.columns = append(r.columns, col)
	}
	for i := range r.columns {
		r.columns[i].plain = plainOf(&r.columns[i], &r.settings)
	}
	for _, order := range c.Order {
		var indexes []int
		for _, id := range order {
			indexes = append(indexes, r.index(id))
		}
		r.orders = append(r.orders, indexes)
	}
	if len(c.AlternateKey) > 0 {
		r.key = r.index(c.Key[0])
		for _, id := range c.AlternateKey {
			r.made = append(r.made, r.index(id))
		}
	}
	return r.Clone()
}

// Clone makes a reader of the same table with counts of its own.
func (r *Reader) Clone() *Reader {
	other := *r
	other.row = Row{Values: make([]Value, len(r.columns)), texts: make([]string, len(r.columns)), contract: &other.plan.Contract}
	other.counts = Counts{Words: map[string]bool{}}
	other.columns = slices.Clone(r.columns)
	for i := range other.columns {
		c := &other.columns[i]
		if alone := len(r.plan.Contract.Key) == 1 && r.plan.Contract.Key[0] == c.ID; c.How == match.FromCell && c.Type != data.TypeTimestamp && !alone {
			c.seen = &seen{texts: map[string]once{}}
		}
	}
	return &other
}

// Counts gives what the reader has seen.
func (r *Reader) Counts() Counts { return r.counts }

func (r *Reader) index(id string) int {
	return slices.IndexFunc(r.plan.Contract.Columns, func(c data.Column) bool { return c.ID == id })
}

// Read types one row.
func (r *Reader) Read(from decode.Row) *Row {
	row := &r.row
	row.Problems, row.Fate = row.Problems[:0], Accepted
	clear(row.Values)
	clear(row.texts)
	row.Silent = 0
	if !from.Broken.IsZero() {
		return r.flawed(pipelines.RecordBroken, from.Broken)
	}
	cells := from.Cells
	for len(cells) > 0 && decode.Blank(cells[len(cells)-1].Text) {
		cells = cells[:len(cells)-1]
	}
	if r.ignores(cells) {
		row.Fate = Ignored
		return row
	}
	for _, test := range r.plan.Where {
		if !test.Holds(cells) {
			row.Fate = PassedOver
			return row
		}
	}
	if r.settings.Companion != nil && r.plan.Key >= 0 && (r.plan.Key >= len(cells) || r.settings.Companion(decode.Trim(cells[r.plan.Key].Text)) == nil) {
		r.counts.Alone++
	}
	for i := range r.columns {
		r.cell(i, cells, from.No)
	}
	r.makeKey()
	if r.settings.Silence == decode.SilentNotSaid || r.settings.Silence == decode.SilentEnd && len(from.Cells) < len(r.settings.Header) {
		r.silences(from.Cells)
	}
	switch {
	case len(cells) > len(r.settings.Header):
		return r.flawed(pipelines.TooManyCells, pipelines.Detail{})
	case from.Damaged && damaged(cells):
		return r.flawed(pipelines.EncodingDamaged, pipelines.Detail{})
	}
	for _, order := range r.orders {
		r.order(order)
	}
	return row
}

func damaged(cells []decode.Cell) bool {
	return slices.ContainsFunc(cells, func(c decode.Cell) bool { return strings.ContainsRune(c.Text, '\ufffd') })
}

// ignores reports whether a row is none of the table.
func (r *Reader) ignores(cells []decode.Cell) bool {
	complete := true
	for _, at := range r.plan.Required {
		if at >= len(cells) || decode.Blank(cells[at].Text) {
			complete = false
			break
		}
	}
	return match.PassesOver(cells, r.settings.Header, r.settings.Titles, complete)
}

// flawed refuses a row for what is wrong before its cells are looked at.
func (r *Reader) flawed(code pipelines.Code, detail pipelines.Detail) *Row {
	r.row.Problems = append(r.row.Problems[:0], Problem{Column: -1, Code: code, Severity: pipelines.SeverityRefuse, Detail: detail})
	r.row.Fate = Refused
	return &r.row
}

// makeKey makes the key of a row whose file gives none from what else names it. Without what must be there, there is no
// key: half of one may be that of another row.
func (r *Reader) makeKey() {
	if r.key < 0 || r.row.Values[r.key].Set {
		return
	}
	var parts []string
	for _, i := range r.made {
		if !r.row.Values[i].Set && r.columns[i].Required {
			return
		}
		parts = append(parts, r.row.Shown(i))
	}
	r.row.Values[r.key] = Value{Set: true, Text: strings.Join(parts, PartSeparator)}
}
