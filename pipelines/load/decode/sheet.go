package decode

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"hulian/pipelines"
)

// decodeSheet reads one sheet to its end.
func (d *decoder) decodeSheet(ctx context.Context, book *workbook, sheet worksheet, s Table) (err error) {
	d.file.last = s.ReadAs
	merges, err := d.merges(sheet)
	if err != nil {
		return err
	}
	rows := d.newSpool()
	r := &sheetRead{decoder: d, book: book, merges: merges, add: rows.add, suspects: &s.Suspects}
	if err := r.read(ctx, sheet); err != nil {
		return err
	}
	if err := rows.close(); err != nil {
		return err
	}
	if rows.rows == 0 {
		return nil // Excel used to make three sheets where one was meant
	}
	if r.filled > 0 {
		s.Notes = append(s.Notes, Note{What: MergedCells, Count: r.filled, Row: r.firstFilled})
	}
	if r.hidden > 0 {
		s.Notes = append(s.Notes, Note{What: HiddenRows, Count: r.hidden, Row: r.firstHidden})
	}
	s.Body = rows
	d.add(s)
	return nil
}

// merge is a block of merged cells: what its first cell holds belongs to all of its rows.
type merge struct {
	column, row, last int // from 1; the first column alone is filled down
	cell              Cell
}

// merges reads the sheet once, to its end and against its sum, for the merged cells, which stand behind the rows.
func (d *decoder) merges(sheet worksheet) (all []*merge, err error) {
	found := &mergeFinder{}
	if err := d.budget.copyMember(found, sheet.part); err != nil {
		return nil, err
	}
	if !bytes.Contains(found.tail, []byte("worksheet>")) {
		return nil, Refuse(pipelines.FileTruncated, pipelines.NewDetail(pipelines.DetailSheet, sheet.name))
	}
	for _, reference := range found.references {
		from, to, ranged := bytes.Cut(reference, []byte(":"))
		if !ranged {
			continue
		}
		column, row, err := excelize.CellNameToCoordinates(string(from))
		_, last, other := excelize.CellNameToCoordinates(string(to))
		if err == nil && other == nil && last > row {
			all = append(all, &merge{column: column, row: row, last: last})
		}
	}
	slices.SortFunc(all, func(a, b *merge) int { return cmp.Or(a.row-b.row, a.column-b.column) })
	return all, nil
}

// mergeFinder picks the references of merged cells out of a stream of XML.
type mergeFinder struct {
	carried    []byte
	tail       []byte
	references [][]byte
}

// mostMerges is how many merged blocks of a sheet are looked at.
const mostMerges = 100_000

func (f *mergeFinder) Write(p []byte) (int, error) {
	text := append(f.carried, p...)
	for len(f.references) < mostMerges {
		at := bytes.Index(text, []byte("mergeCell "))
		if at < 0 {
			break
		}
		end := bytes.IndexByte(text[at:], '>')
		if end < 0 {
			text = text[at:]
			break
		}
		if reference := (token{text: text[at+len("mergeCell") : at+end]}).attribute("ref"); reference != nil {
			f.references = append(f.references, bytes.Clone(reference))
		}
		text = text[at+end:]
	}
	const keep = 256
	if bytes.HasPrefix(text, []byte("mergeCell ")) && len(text) < 1<<10 {
		f.carried = bytes.Clone(text)
	} else {
		f.carried = bytes.Clone(text[max(len(text)-keep, 0):])
	}
	f.tail = f.carried
	return len(p), nil
}

// sheetRead goes through the rows of a sheet.
type sheetRead struct {
	*decoder
	book     *workbook
	merges   []*merge
	add      func(Row) error
	suspects *[]int64

	row         Row
	rowIsHidden bool
	inRow       bool     // between the beginning of a row and its end
	column      int      // of the last cell
	cells       int64    // read so far
	open        []*merge // that reach the row at hand
	inRows      bool     // between the first row and the end of the last
	behindRows  bool
	whole       bool // the sheet was closed

	// The cell at hand.
	kind, style            string
	value, formula, inline string
	hasValue, hasFormula   bool
	hasInline              bool
	within                 string // the element whose text is wanted

	filled, firstFilled int64 // cells that merged ones were filled down into, and the first row
	hidden, firstHidden int64 // rows that Excel does not show, and the first
}

// read calls add with every row that holds anything.
func (r *sheetRead) read(ctx context.Context, sheet worksheet) (err error) {
	part, err := sheet.part.Open()
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	x := newXML(&budgeted{part, r.budget}, 16<<20)
	for n := 0; ; n++ {
		t, ok := x.next()
		if !ok {
			break
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.token(x, t); err != nil {
			return err
		}
		if r.behindRows {
			_, err := io.Copy(io.Discard, &budgeted{part, r.budget}) // the sum of the part is checked at its end
			if err != nil && !errors.Is(err, errBudget) {
				err = Refuse(pipelines.FileUnreadable, Because(err))
			}
			return err
		}
	}
	if err := x.ended(); err != nil {
		return err
	}
	if !r.whole {
		return Refuse(pipelines.FileTruncated, pipelines.NewDetail(pipelines.DetailSheet, sheet.name))
	}
	return nil
}

func (r *sheetRead) token(x *xmlScan, t token) error {
	if t.name == nil {
		switch r.within {
		case "v":
			r.value += t.words()
		case "f":
			r.formula += t.words()
		}
		return nil
	}
	switch string(t.name) {
	case "worksheet":
		r.whole = r.whole || t.ends || t.closed
	case "sheetData":
		r.behindRows = t.ends || t.closed
		r.inRows = !r.behindRows
	case "row":
		if !r.inRows {
			return nil
		}
		if !t.ends {
			if err := r.openRow(t); err != nil {
				return err
			}
		}
		if t.ends || t.closed {
			return r.closeRow()
		}
	case "c":
		if !r.inRows {
			return nil
		}
		if !r.inRow {
			return r.astray()
		}
		if !t.ends {
			r.openCell(t)
		}
		if t.ends || t.closed {
			return r.closeCell()
		}
	case "v":
		r.hasValue = r.hasValue || !t.ends && !t.closed
		r.within = ""
		if !t.ends && !t.closed {
			r.within = "v"
		}
	case "f":
		r.hasFormula = true
		r.within = ""
		if !t.ends && !t.closed {
			r.within = "f"
		}
	case "is":
		if !t.ends && !t.closed {
			r.inline, r.hasInline = x.text("is"), true
		}
	}
	return nil
}

// astray refuses a sheet in which rows do not begin and end in turn: which cells belong to which row cannot be told.
func (r *sheetRead) astray() error {
	return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailRow, r.row.No))
}

func (r *sheetRead) openRow(t token) error {
	if r.inRow {
		return r.astray()
	}
	r.inRow = true
	no := r.row.No + 1
	if given := t.attribute("r"); given != nil {
		named, err := strconv.ParseInt(string(given), 10, 64)
		if err != nil || named > excelize.TotalRows {
			return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailRow, string(given)))
		}
		no = max(no, named)
	}
	hidden := string(t.attribute("hidden"))
	r.row, r.column, r.rowIsHidden = Row{No: no, Cells: r.row.Cells[:0]}, 0, hidden == "1" || hidden == "true"
	return nil
}

func (r *sheetRead) openCell(t token) {
	r.column++
	if reference := t.attribute("r"); reference != nil {
		if column := columnOf(reference); column >= r.column {
			r.column = column
		}
	}
	r.value, r.formula, r.inline, r.within = "", "", "", ""
	r.hasValue, r.hasFormula, r.hasInline = false, false, false
	r.kind, r.style = string(t.attribute("t")), string(t.attribute("s"))
}

// columnOf reads the letters of a reference such as AB12; 0 where there are none.
func columnOf(reference []byte) (column int) {
	for _, b := range reference {
		switch {
		case b >= 'A' && b <= 'Z':
			column = column*26 + int(b-'A') + 1
		case b >= 'a' && b <= 'z':
			column = column*26 + int(b-'a') + 1
		case b == '$':
		default:
			return column
		}
		if column > widest {
			return 0
		}
	}
	return column
}

func (r *sheetRead) closeCell() error {
	if r.cells++; r.cells > r.Limits.Cells {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailCells, r.Limits.Cells))
	}
	c := r.cell()
	r.within = ""
	if c.Kind == Text && Blank(c.Text) {
		return nil
	}
	if r.column > r.Limits.Columns {
		return Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, r.column, r.Limits.Columns))
	}
	if len(c.Text) > r.Limits.Cell {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailRow, r.row.No))
	}
	for len(r.row.Cells) < r.column {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells[r.column-1] = c
	return nil
}

// cell is the cell at hand as a person sees it.
func (r *sheetRead) cell() Cell {
	if r.hasFormula && r.value == "" && (r.kind != "str" || !r.hasValue) && !r.hasInline {
		return Cell{Text: "=" + r.formula, Kind: Uncalculated}
	}
	switch r.kind {
	case "inlineStr":
		return Cell{Text: r.inline}
	case "s":
		n, err := strconv.Atoi(r.value)
		if err != nil || n < 0 || n >= len(r.book.strings) {
			return Cell{}
		}
		return Cell{Text: r.book.strings[n]}
	case "e":
		return Cell{Text: r.value, Kind: Fault}
	}
	switch {
	case r.hasInline && r.value == "":
		return Cell{Text: r.inline}
	case r.value == "":
		return Cell{}
	}
	switch r.kind {
	case "str":
		return Cell{Text: unescapeSheet(r.value)}
	case "b":
		if r.value == "1" || r.value == "true" {
			return Cell{Text: "TRUE", Raw: "1"}
		}
		return Cell{Text: "FALSE", Raw: "0"}
	case "d":
		return isoMoment(r.value)
	}
	style, err := strconv.Atoi(r.style)
	if err != nil {
		style = 0
	}
	return r.book.formats.shown(r.value, style, r.book.from)
}

func (r *sheetRead) closeRow() error {
	if !r.inRow {
		return r.astray()
	}
	r.inRow = false
	r.fill()
	if !holds(r.row.Cells) {
		return nil
	}
	if r.rowIsHidden {
		if r.hidden++; r.hidden == 1 {
			r.firstHidden = r.row.No
		}
	}
	if len(*r.suspects) < mostSuspects {
		for _, c := range r.row.Cells {
			if text := Trim(c.Text); text != "" {
				if r.Suspect(text) {
					*r.suspects = append(*r.suspects, r.row.No)
				}
				break
			}
		}
	}
	return r.add(r.row)
}

// fill writes what merged cells hold into the rows they reach down to, as long as a row holds anything of its own.
func (r *sheetRead) fill() {
	no := int(r.row.No)
	r.open = slices.DeleteFunc(r.open, func(m *merge) bool { return m.last < no })
	own := holds(r.row.Cells)
	for _, m := range r.open {
		if !own || m.column <= len(r.row.Cells) && r.row.Cells[m.column-1].Text != "" {
			continue
		}
		for len(r.row.Cells) < m.column {
			r.row.Cells = append(r.row.Cells, Cell{})
		}
		r.row.Cells[m.column-1] = m.cell
		r.row.Cells[m.column-1].Spread = true
		if r.filled++; r.filled == 1 {
			r.firstFilled = r.row.No
		}
	}
	for len(r.merges) > 0 && r.merges[0].row <= no {
		m := r.merges[0]
		r.merges = r.merges[1:]
		if m.row == no && m.column <= len(r.row.Cells) && r.row.Cells[m.column-1].Text != "" {
			m.cell = r.row.Cells[m.column-1]
			r.open = append(r.open, m)
		}
	}
}
