package sample

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook is an XLSX file in the making, one sheet a table.
type workbook struct {
	f      *excelize.File
	styles struct{ title, header, day, moment int }
}

func newWorkbook() (*workbook, error) {
	w := &workbook{f: excelize.NewFile()}
	w.f.SetZipWriter(func(out io.Writer) excelize.ZipWriter { return &orderedZip{Writer: zip.NewWriter(out)} })
	dayFormat, momentFormat := "yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&w.styles.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: &excelize.Alignment{Horizontal: "center"}}},
		{&w.styles.header, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&w.styles.day, excelize.Style{CustomNumFmt: &dayFormat}},
		{&w.styles.moment, excelize.Style{CustomNumFmt: &momentFormat}},
	} {
		id, err := w.f.NewStyle(&s.style)
		if err != nil {
			return nil, err
		}
		*s.id = id
	}
	return w, nil
}

// sheet writes one table: title, headers (one row or two), rows, total, notes. It returns the physical row of the
// table's first row.
func (w *workbook) sheet(name string, p plan, rows *table) (first int, err error) {
	if w.f.SheetCount == 1 && w.f.GetSheetName(0) == "Sheet1" {
		err = w.f.SetSheetName("Sheet1", name)
	} else {
		_, err = w.f.NewSheet(name)
	}
	if err != nil {
		return 0, err
	}
	sw, err := w.f.NewStreamWriter(name)
	if err != nil {
		return 0, err
	}
	s := &sheet{w: w, sw: sw, p: p}
	s.head()
	first = s.row + 1
	for k := range rows.len() {
		s.line(s.cells(k, rows.row(k)))
	}
	if p.total {
		s.line(anys(p.totals(rows)))
	}
	for _, note := range p.notes {
		s.line([]any{note})
	}
	if s.err != nil {
		return 0, s.err
	}
	return first, sw.Flush()
}

// sheet counts rows and keeps the first error, so that the order of writing reads as the order on paper.
type sheet struct {
	w   *workbook
	sw  *excelize.StreamWriter
	p   plan
	row int
	err error
}

func (s *sheet) line(cells []any) {
	s.row++
	if s.err == nil {
		s.err = s.sw.SetRow(fmt.Sprintf("A%d", s.row), cells)
	}
}

func (s *sheet) merge(fromColumn, fromRow, toColumn, toRow int) {
	from, err := excelize.CoordinatesToCellName(fromColumn, fromRow)
	if err == nil && s.err == nil {
		var to string
		if to, err = excelize.CoordinatesToCellName(toColumn, toRow); err == nil {
			err = s.sw.MergeCell(from, to)
		}
	}
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) head() {
	headers := s.p.headerRow()
	if s.p.title != "" {
		s.line([]any{excelize.Cell{StyleID: s.w.styles.title, Value: s.p.title}})
		s.merge(1, s.row, len(headers), s.row)
	}
	styled := func(texts []string) []any {
		cells := make([]any, len(texts))
		for i, t := range texts {
			cells[i] = excelize.Cell{StyleID: s.w.styles.header, Value: t}
		}
		return cells
	}
	if len(s.p.groups) == 0 {
		s.line(styled(headers))
		return
	}
	upper, lower := make([]string, len(headers)), make([]string, len(headers))
	copy(upper, headers)
	offset := 0
	if s.p.serial {
		offset = 1
	}
	grouped := make([]bool, len(headers))
	for _, g := range s.p.groups {
		from, to := s.index(g.from)+offset, s.index(g.to)+offset
		for i := from; i <= to; i++ {
			lower[i], upper[i], grouped[i] = headers[i], "", true
		}
		upper[from] = g.name
		s.merge(from+1, s.row+1, to+1, s.row+1)
	}
	for i := range headers {
		if !grouped[i] {
			s.merge(i+1, s.row+1, i+1, s.row+2)
		}
	}
	s.line(styled(upper))
	s.line(styled(lower))
}

func (s *sheet) index(id string) int {
	for i, c := range s.p.columns {
		if c.ID == id {
			return i
		}
	}
	panic("no column " + id)
}

func (s *sheet) cells(n int, row []cell) []any {
	cells := make([]any, 0, len(row)+3)
	if s.p.serial {
		cells = append(cells, n+1)
	}
	for i, c := range row {
		switch {
		case c.kind == blank:
			cells = append(cells, nil)
		case c.kind == integer && !s.p.wide && !s.p.commas:
			cells = append(cells, c.n)
		case c.kind == decimal && !s.p.percent:
			cells = append(cells, c.decimal())
		case c.kind == date && s.p.dates == native:
			cells = append(cells, excelize.Cell{StyleID: s.w.styles.day, Value: time.Unix(c.n*86400, 0).UTC()})
		case c.kind == moment && s.p.dates == native:
			cells = append(cells, excelize.Cell{StyleID: s.w.styles.moment, Value: time.Unix(c.n*60, 0).UTC()})
		default:
			cells = append(cells, s.p.text(i, c))
		}
	}
	if s.p.clerk {
		cells = append(cells, clerks[n/37%len(clerks)], "已审核")
	}
	return cells
}

func anys(texts []string) []any {
	cells := make([]any, len(texts))
	for i, t := range texts {
		if t != "" {
			cells[i] = t
		}
	}
	return cells
}

// orderedZip writes the entries of a workbook sorted by name: excelize hands over streamed sheets in the order of a
// map, which changes from run to run.
type orderedZip struct {
	*zip.Writer
	entries []zipEntry
}

type zipEntry struct {
	name    string
	content *bytes.Buffer
}

// Create takes an entry; nothing is written before Close.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	z.entries = append(z.entries, zipEntry{name, &bytes.Buffer{}})
	return z.entries[len(z.entries)-1].content, nil
}

// Close writes the entries and the directory.
func (z *orderedZip) Close() error {
	slices.SortStableFunc(z.entries, func(a, b zipEntry) int { return -strings.Compare(a.name, b.name) })
	for _, e := range z.entries {
		w, err := z.Writer.Create(e.name)
		if err != nil {
			return err
		}
		if _, err := e.content.WriteTo(w); err != nil {
			return err
		}
	}
	return z.Writer.Close()
}
