package match

import (
	"context"
	"errors"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// HeaderWithin is how many rows that hold anything a header is looked for among.
const HeaderWithin = 20

// Segment is a run of rows under one header.
type Segment struct {
	Header      []string
	HeaderRow   int64 // number of the header's last row; 0 where the format names the columns
	First, Last int64 // numbers of the first row that belongs to the segment, titles included, and of the last one that may
	HeaderRows  int64 // how many of them are the header
	Titles      []string
	Plans       []Plan // one an export
	ReadAs      pipelines.ReadAs
}

// Plan says how the rows of one export are cut out of the rows of a segment.
type Plan struct {
	Contract data.Contract
	Export   *MappedExport // nil where no mapping file speaks
	Mapping  *Mapping
	Columns  []Origin // of every column of the contract
	Where    []Test   // rows that fail one are passed over
	Key      int      // of the key by which the second file is asked; -1: there is none
	Unused   []string // headers that become nothing
	Required []int    // cells that a complete row fills
}

// How a column is made from the cells of a row.
type How int

// Ways to make a column.
const (
	Nothing   How = iota // it is not in the file
	FromCell             // At[0]
	Constant             // Text
	RowNumber            //
	MinutesOf            // between At[0] and At[1]
	Behind               // At[0], and At[1] units of time
	Joined               // At, with Text between
	LookedUp             // Text is the header in the second file
)

// Origin is where the values of one contract column come from.
type Origin struct {
	How    How
	At     []int
	Text   string
	Unit   string
	Round  bool
	Only   *Test
	Words  map[string]string // folded word → word of the contract
	Blank  *string           // what a blank cell stands for
	Header string            // the header a person finds the column by
	Letter string            // of its column in a spreadsheet program
}

// Given reports whether the file, or its mapping, speaks of the column.
func (o Origin) Given() bool { return o.How != Nothing }

// Test is a condition on a cell of a row.
type Test struct {
	At    int
	Words map[string]bool // folded
	Not   bool
}

// Holds reports whether a row passes.
func (t Test) Holds(cells []decode.Cell) bool {
	text := ""
	if t.At >= 0 && t.At < len(cells) {
		text = Folded(decode.Trim(cells[t.At].Text))
	}
	return t.Words[text] != t.Not
}

// Given is what is known of a table beside its rows.
type Given struct {
	File     string // name of the file it stands in, as mapping files know it
	Mappings []*Mapping
}

// head are the first rows of a table.
func head(ctx context.Context, t decode.Table, pinned int64) (rows []line, err error) {
	within := HeaderWithin
	if t.Headed {
		within = 1
	}
	err = decode.Rows(ctx, t.Body, func(r decode.Row) error {
		if !r.Broken.IsZero() {
			return nil
		}
		if rows = append(rows, line{r.No, texts(r.Cells)}); len(rows) >= within && r.No >= pinned {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}

var errEnough = errors.New("enough rows")

func texts(cells []decode.Cell) []string {
	all := make([]string, len(cells))
	for i, c := range cells {
		all[i] = c.Text
	}
	return all
}

// Segments finds the headers of a table and what stands below them. The error is an *decode.Error where nothing is
// recognised.
func Segments(ctx context.Context, t decode.Table, g Given) ([]Segment, error) {
	pinned := int64(0)
	if len(g.Mappings) == 1 {
		pinned = int64(g.Mappings[0].HeaderRow)
	}
	rows, err := head(ctx, t, pinned)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	for _, r := range rows {
		if n := width(r.cells); n > decode.DefaultLimits().Columns {
			return nil, decode.Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, n, decode.DefaultLimits().Columns))
		}
	}
	hints := append([]string{t.Name, g.File}, lone(rows)...)
	found, err := findHeader(rows, g.Mappings, hints)
	if err != nil {
		return nil, err
	}
	first := newSegment(t, g, rows, found)
	if t.Headed || pinned > 0 || len(t.Suspects) == 0 {
		return []Segment{first}, nil
	}
	return stacked(ctx, t, g, first, found)
}

// Entered makes the segment of a table that holds rows of one export under the ids of its columns: what people entered in
// the program itself.
func Entered(ctx context.Context, t decode.Table, c data.Contract) (Segment, error) {
	rows, err := head(ctx, t, 0)
	if err != nil {
		return Segment{}, err
	}
	if len(rows) == 0 {
		return Segment{}, decode.Refuse(pipelines.FileEmpty, pipelines.Detail{})
	}
	l := layout{contract: c, at: map[string]int{}}
	for i, cell := range rows[0].cells {
		if _, ok := c.Column(cell); ok {
			l.at[cell] = i
		}
	}
	return newSegment(t, Given{}, rows, headed{layouts: []layout{l}, cells: rows[0].cells}), nil
}

func width(cells []string) int {
	n := len(cells)
	for n > 0 && trim(cells[n-1]) == "" {
		n--
	}
	return n
}

// lone lists the rows that hold one text alone: titles and notes.
func lone(rows []line) (all []string) {
	for _, r := range rows {
		if filled(r.cells) == 1 {
			all = append(all, trim(strings.Join(r.cells, "")))
		}
	}
	return all
}

// newSegment makes the segment of a header among rows.
func newSegment(t decode.Table, g Given, rows []line, found headed) Segment {
	s := Segment{Header: found.cells, HeaderRow: rows[found.row].no, First: 1, Last: math.MaxInt64, HeaderRows: 1, Titles: lone(rows[:found.row]), ReadAs: t.ReadAs}
	if t.Headed {
		s.First, s.HeaderRows = 0, 1
	}
	if found.row > 0 && !slices.Equal(rows[found.row-1].cells, found.cells) && lent(rows[found.row-1].cells, found.cells) {
		s.HeaderRows = 2 // the row above is part of the header
	}
	s.ReadAs.HeaderRow = s.HeaderRow
	if m := found.layouts[0].mapping; m != nil {
		s.ReadAs.Mapping = m.path
		if m.HeaderRow > 0 {
			s.ReadAs.Pinned = append(slices.Clone(s.ReadAs.Pinned), "header_row")
		}
	} else if len(g.Mappings) == 1 && len(s.ReadAs.Pinned) > 0 {
		s.ReadAs.Mapping = g.Mappings[0].path // it fixed how the text was read
	}
	used := map[int]bool{}
	for i := range found.layouts {
		s.Plans = append(s.Plans, found.layouts[i].plan(found.cells, t.Lettered, used))
	}
	var unused []string
	for i, cell := range found.cells {
		if !used[i] && trim(cell) != "" {
			unused = append(unused, trim(cell))
		}
	}
	for i := range s.Plans {
		s.Plans[i].Unused = unused
	}
	return s
}

// lent reports whether the row above lent the header cells, so that it is part of the header.
func lent(above, header []string) bool {
	n := 0
	for i, cell := range above {
		if i < len(header) && trim(cell) != "" && header[i] == cell {
			n++
		}
	}
	return n > 0 && filled(above) > 1
}

// plan says how each column is made. used is told which cells of the header became something.
func (l *layout) plan(header []string, lettered bool, used map[int]bool) Plan {
	p := Plan{Contract: l.contract, Export: l.export, Mapping: l.mapping, Key: -1}
	for _, column := range l.contract.Columns {
		o := l.origin(column.ID)
		if len(o.At) > 0 {
			o.Header = trim(header[o.At[0]])
			if lettered {
				o.Letter, _ = excelize.ColumnNumberToName(o.At[0] + 1)
			}
			for _, at := range o.At {
				used[at] = true
			}
		}
		if o.Only != nil {
			used[o.Only.At] = true
		}
		if column.Required && o.How == FromCell && o.Blank == nil && o.Only == nil {
			p.Required = append(p.Required, o.At[0])
		}
		p.Columns = append(p.Columns, o)
	}
	if l.mapping != nil {
		for _, c := range slices.Concat(l.mapping.Where, l.export.Where) {
			p.Where = append(p.Where, *l.test(c))
			used[l.mapped[c.Header]] = true
		}
		if w := l.mapping.With; w != nil {
			if at, ok := l.mapped[w.Key]; ok {
				p.Key = at
				used[at] = true
			}
		}
	}
	return p
}

func (l *layout) test(c Condition) *Test {
	t := &Test{At: l.mapped[c.Header], Words: map[string]bool{}, Not: len(c.Not) > 0}
	for _, word := range append(slices.Clone(c.Is), c.Not...) {
		t.Words[Folded(word)] = true
	}
	return t
}

// origin says how one column is made.
func (l *layout) origin(id string) Origin {
	if l.export == nil {
		if at, ok := l.at[id]; ok {
			return Origin{How: FromCell, At: []int{at}}
		}
		return Origin{}
	}
	var o Origin
	column, mapped := l.export.Columns[id]
	constant, fixed := l.export.Constants[id]
	cell := func(header string) int { return l.mapped[header] }
	switch {
	case fixed && constant == "": // it is left out, whatever its header
	case fixed:
		o = Origin{How: Constant, Text: constant}
	case !mapped:
		if at, ok := l.at[id]; ok {
			o = Origin{How: FromCell, At: []int{at}}
		}
	case column.Row:
		o = Origin{How: RowNumber}
	case column.Until != "":
		o = Origin{How: MinutesOf, At: []int{cell(column.From), cell(column.Until)}}
	case column.Plus != "":
		o = Origin{How: Behind, At: []int{cell(column.From), cell(column.Plus)}, Unit: column.Unit}
	case len(column.Join) > 0:
		o = Origin{How: Joined, Text: column.With}
		for _, header := range column.Join {
			o.At = append(o.At, cell(header))
		}
	case column.Lookup != "":
		o = Origin{How: LookedUp, Text: column.Lookup}
	default:
		o = Origin{How: FromCell, At: []int{cell(column.Header)}}
	}
	o.Round = column.Round
	if column.Only != nil {
		o.Only = l.test(*column.Only)
	}
	for from, to := range l.export.Values[id] {
		if from == "" {
			o.Blank = &to
			continue
		}
		if o.Words == nil {
			o.Words = map[string]string{}
		}
		o.Words[Folded(from)] = to
	}
	return o
}

// stacked finds further tables below the first one: rows that are a whole header of some export.
func stacked(ctx context.Context, t decode.Table, g Given, first Segment, found headed) ([]Segment, error) {
	suspects := slices.DeleteFunc(slices.Clone(t.Suspects), func(no int64) bool { return no <= first.HeaderRow })
	if len(suspects) == 0 {
		return []Segment{first}, nil
	}
	all := []Segment{first}
	titles := []string{}
	err := decode.Rows(ctx, t.Body, func(r decode.Row) error {
		if r.No <= first.HeaderRow || !r.Broken.IsZero() {
			return nil
		}
		for len(suspects) > 0 && suspects[0] < r.No {
			suspects = suspects[1:]
		}
		if len(suspects) == 0 {
			return errEnough
		}
		cells := texts(r.Cells)
		if suspects[0] != r.No {
			if filled(cells) == 1 {
				titles = append(titles[max(len(titles)-3, 0):], trim(strings.Join(cells, "")))
			}
			return nil
		}
		last := &all[len(all)-1]
		if SameAs(cells, last.Header) {
			return nil
		}
		other, err := findHeader([]line{{r.No, cells}}, nil, titles)
		if err != nil || len(other.layouts) != 1 || filled(cells) < 2 || other.layouts[0].contract.Export == last.Plans[0].Contract.Export && sameColumns(other.layouts[0], found.layouts[0]) {
			return nil //nolint:nilerr // a row that is no header is a row of data
		}
		s := newSegment(t, g, []line{{r.No, cells}}, other)
		s.First, last.Last, s.Titles = r.No, r.No-1, slices.Clone(titles)
		all = append(all, s)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return all, err
}

// sameColumns reports whether two headers of one export name the same columns at the same places.
func sameColumns(a, b layout) bool {
	if len(a.at) != len(b.at) {
		return false
	}
	for id, at := range a.at {
		if other, ok := b.at[id]; !ok || other != at {
			return false
		}
	}
	return true
}

// Suspect reports whether a row that begins with this cell may be a header: it is one of the names of a column.
func Suspect(cell string) bool {
	if len(cell) == 0 || len(cell) > 60 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(cell)
	if !headerInitials()[r] || strings.ContainsAny(cell, "0123456789") {
		return false
	}
	return headerWords()[data.HeaderKey(cell)]
}

// Known counts the columns of the export that a row holds most headers of.
func Known(cells []string) (most int) {
	forms := reduce(cells)
	for _, c := range data.Contracts() {
		most = max(most, len(matchContract(c, forms).at))
	}
	return most
}

// IsTable reports whether the first rows of a table hold the header of an export, and a row below it.
func IsTable(ctx context.Context, t decode.Table) (bool, error) {
	rows, err := head(ctx, t, 0)
	if err != nil || len(rows) < 2 {
		return false, err
	}
	_, err = findHeader(rows, nil, []string{t.Name})
	return err == nil, nil
}

// explains are names of worksheets that tell how to fill in the others.
var explains = regexp.MustCompile(`(?i)说明|须知|指南|注意事项|目录|封面|首页|readme|instruction|guide|how to|cover|index|contents|字典|dictionary|枚举|下拉|选项|lists?$`)

// Explains reports whether a worksheet that is no table is there to be read by people.
// A list of columns beside the rows of a document, as data portals write it, is one too.
func Explains(t decode.Table) bool {
	return t.Workbook && explains.MatchString(path.Base(t.Name)) || t.ReadAs.Format == "json" && describes.MatchString(t.Name)
}

var describes = regexp.MustCompile(`(?i)(^|/)(fields|columns|schema|meta|links|filters|sort)$`)
