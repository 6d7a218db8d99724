package markup

import (
	"errors"
	"strings"

	"github.com/xuri/excelize/v2"
)

// extent is how far a worksheet reaches. It is stated in the sheet (dimension): programs that read a workbook row by row
// believe it, and saw one row where the library that writes it had left A1.
type extent struct {
	columns int
	rows    int64
}

// cover lets an extent reach a cell.
func (e *extent) cover(column int, row int64) {
	e.columns, e.rows = max(e.columns, column, 1), max(e.rows, row)
}

// state writes the extent into a worksheet.
func (c *copying) state(sheet string, e extent) error {
	last, err := at(e.columns, max(e.rows, 1))
	if err != nil {
		return err
	}
	return c.book.SetSheetDimension(sheet, "A1:"+last)
}

// extentOf reads how far a sheet of a workbook reaches: as it says, or row by row where it says nothing, one cell, or fewer
// rows than were read of it. It is called before anything is changed. False: the sheet has no cells, as a chart has none.
func (c *copying) extentOf(sheet, table string) (e extent, ok bool) {
	stated, err := c.book.GetSheetDimension(sheet)
	if err != nil {
		return e, false
	}
	if _, last, isRange := strings.Cut(stated, ":"); isRange {
		if column, row, err := excelize.CellNameToCoordinates(strings.ReplaceAll(last, "$", "")); err == nil {
			e.cover(column, int64(row))
		}
	}
	read := int64(0)
	for _, t := range c.file.Tables {
		if t.Sheet == table {
			read = max(read, t.Read)
		}
	}
	if e.rows > 0 && e.rows >= read {
		return e, true
	}
	rows, err := c.book.Rows(sheet)
	if err != nil {
		return e, false
	}
	for n := int64(1); rows.Next(); n++ {
		if cells, err := rows.Columns(); err == nil && len(cells) > 0 {
			e.cover(len(cells), n)
		}
	}
	return e, errors.Join(rows.Error(), rows.Close()) == nil && e.rows > 0
}
