package decode

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
)

// SummarySheet is the name of the sheet a marked workbook begins with. It holds no rows to load; a sheet of this name
// that lacks the mark is a sheet like any other.
var SummarySheet = data.Text{Zh: "问题汇总", En: "Problems"}

// Marked says of which landed file a workbook is the marked copy. It stands as text in a cell of the copy's first
// sheet, so that the repaired copy is taken for what it is, whatever program it was saved with: mapping files claim it
// by the name of the original, it speaks for the same day, and it closes the problems of the original.
type Marked struct {
	File    string                 `json:"file"`              // id of the landed file it was made from
	Name    string                 `json:"name"`              // name of the file as it first arrived
	Partial bool                   `json:"partial,omitempty"` // only the rows with problems: absence means nothing
	Sheets  map[string]MarkedSheet `json:"sheets,omitempty"`  // by worksheet of the copy; others kept their names
}

// MarkedSheet is the table one worksheet of a marked copy stands for.
type MarkedSheet struct {
	Table  string `json:"table"`            // as reconciliation and problems name it; empty for a file that is one table
	Member string `json:"member,omitempty"` // of a bundle
	Shift  int64  `json:"shift,omitempty"`  // rows it stands lower than in the original
}

var markedText = regexp.MustCompile(`hulian (\{.*\})`)

// String is the text of the cell.
func (m Marked) String() string {
	text, err := json.Marshal(m)
	if err != nil {
		panic("a marked copy's origin cannot be written: " + err.Error()) // strings and numbers only
	}
	return "hulian " + string(text)
}

// ParseMarked reads the text of a cell. ok is false where it is no mark.
func ParseMarked(cell string) (m Marked, ok bool) {
	found := markedText.FindStringSubmatch(cell)
	if found == nil || json.Unmarshal([]byte(found[1]), &m) != nil || len(m.File) != 64 || m.Name == "" {
		return Marked{}, false
	}
	return m, true
}

// isSummary reports whether a sheet may be the one that holds the mark.
func isSummary(name string) bool {
	return strings.HasPrefix(name, SummarySheet.Zh) || strings.HasPrefix(name, SummarySheet.En)
}

// markedRows is how far down the first sheet the mark is looked for.
const markedRows = 6

// MarkedCopy finds the mark among the sheets of an open workbook and says which sheet holds it.
func MarkedCopy(book *excelize.File) (m Marked, sheet string, ok bool) {
	for _, name := range book.GetSheetList() {
		if !isSummary(name) {
			continue
		}
		rows, err := book.Rows(name)
		if err != nil {
			continue
		}
		for n := 0; n < markedRows && !ok && rows.Next(); n++ {
			cells, err := rows.Columns()
			if err != nil {
				break
			}
			for _, cell := range cells {
				if m, ok = ParseMarked(cell); ok {
					break
				}
			}
		}
		if rows.Close() == nil && ok {
			return m, name, true
		}
	}
	return Marked{}, "", false
}

// Origin names the table a worksheet stands for.
func (m Marked) Origin(worksheet string) MarkedSheet {
	if s, ok := m.Sheets[worksheet]; ok {
		return s
	}
	return MarkedSheet{Table: worksheet}
}

// errFound ends a reading that has what it came for.
var errFound = errors.New("found")

// markedSheet finds the mark of a marked copy in a workbook that is being read.
func (d *decoder) markedSheet(ctx context.Context, book *workbook) (m Marked, sheet string, ok bool) {
	for _, s := range book.sheets {
		if !isSummary(s.name) {
			continue
		}
		aside := *d
		aside.budget = &unpack{packed: d.budget.packed, limits: d.Limits} // the sheet is read again, as what it is
		r := &sheetRead{decoder: &aside, book: book, suspects: new([]int64)}
		r.add = func(row Row) error {
			for _, c := range row.Cells {
				if m, ok = ParseMarked(c.Text); ok {
					return errFound
				}
			}
			if row.No >= markedRows {
				return errFound
			}
			return nil
		}
		if err := r.read(ctx, s); (err == nil || errors.Is(err, errFound)) && ok {
			return m, s.name, true
		}
	}
	return Marked{}, "", false
}
