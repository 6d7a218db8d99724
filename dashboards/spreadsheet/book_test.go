package spreadsheet

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Numbers can be added up, days can be put in order, unknown is empty, and a text that begins like a formula stays a text.
func TestAWorkbookHoldsNumbersDaysAndTexts(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b, Sheet{Name: "数据", Head: []string{"村", "办结率 (%)", "期限", "件数"},
		Rows: [][]any{{"=HYPERLINK(1)", Number("41.70"), Day("2018-01-31"), nil}, {"+86", Number("-1234"), "从未", Number("0")}}},
		Sheet{Name: "说明", Rows: [][]any{{"行数", "2"}}})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	for cell, want := range map[string]string{"A1": "村", "A2": "=HYPERLINK(1)", "B2": "41.70", "C2": "2018-01-31", "D2": "", "A3": "+86", "B3": "-1,234", "C3": "从未", "D3": "0"} {
		if got, err := book.GetCellValue("数据", cell); err != nil || got != want {
			t.Errorf("%s shows %q, want %q (%v)", cell, got, want, err)
		}
		if formula, err := book.GetCellFormula("数据", cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q (%v)", cell, formula, err)
		}
	}
	for cell, want := range map[string]excelize.CellType{"B2": excelize.CellTypeUnset, "C2": excelize.CellTypeUnset} { // as numbers are stored
		if got, err := book.GetCellType("数据", cell); err != nil || got != want {
			t.Errorf("%s is of the type %v (%v)", cell, got, err)
		}
	}
	panes, err := book.GetPanes("数据")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head does not stand still: %+v (%v)", panes, err)
	}
	names := book.GetDefinedName()
	if len(names) != 1 || names[0].Name != "_xlnm._FilterDatabase" || names[0].RefersTo != "'数据'!$A$1:$D$3" && names[0].RefersTo != "数据!$A$1:$D$3" {
		t.Errorf("no filter: %+v", names)
	}
	if said, err := book.GetCellValue("说明", "A1"); err != nil || said != "行数" {
		t.Errorf("the second sheet says %q (%v)", said, err)
	}
}
