package markup

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// elsewhere gives a workbook whose parts lie where its relationships say, and not where Excel puts them.
func elsewhere(t *testing.T, workbook []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("/xl/workbook.xml", "/docs/main.xml", `"xl/workbook.xml"`, `"docs/main.xml"`, `Target="worksheets/`, `Target="/xl/worksheets/`,
			`Target="sharedStrings`, `Target="/xl/sharedStrings`, `Target="styles`, `Target="/xl/styles`).Replace(string(content))
		name := strings.NewReplacer("xl/workbook.xml", "docs/main.xml", "xl/_rels/workbook.xml.rels", "docs/_rels/main.xml.rels").Replace(member.Name)
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The copy of a workbook with its parts in odd places is marked, and closes the problems of the original.
func TestTheCopyOfAnOddWorkbookIsMarked(t *testing.T) {
	d := town{t, t.TempDir()}
	at := filepath.Join(t.TempDir(), "村名册.xlsx")
	writeWorkbook(t, at, sheet{"村名册", [][]string{{"村编号", "村名", "所属乡镇", "启动日期"}, {"V01", "福合院村", "逍林镇", "2017-05-01"}, {"", "新园村", "逍林镇", "2017-09-01"}}})
	content, err := os.ReadFile(at)
	if err == nil {
		err = os.WriteFile(at, elsewhere(t, content), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.run(at)
	marked, err := d.mark("村名册.xlsx", Options{Lang: "zh"})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(marked)
	if err != nil {
		t.Fatal(err)
	}
	if sheets := book.GetSheetList(); !slices.Equal(sheets, []string{"问题汇总", "村名册"}) {
		t.Errorf("the copy has the sheets %v", sheets)
	}
	if err := book.SetCellStr("村名册", "A4", "V02"); err != nil {
		t.Fatal(err)
	}
	if err := book.Save(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, book)
	d.run(marked)
	if got := d.ask("select village_id from villages order by 1"); !slices.Equal(got, []string{"V01", "V02"}) {
		t.Errorf("villages %v", got)
	}
	if got := d.ask(`select f.name, p."row", p.code, p.value from problems p join files f on f.file_no = p.file_no where p.state = 'open'`); len(got) > 0 {
		t.Errorf("open are %v", got)
	}
}

// A record of JSON that cannot be read stands in the copy as it is. Who sends the copy back untouched has not repaired it.
func TestACopySentBackUntouchedRepairsNoBrokenRecord(t *testing.T) {
	d := town{t, t.TempDir()}
	at := filepath.Join(t.TempDir(), "村名册.json")
	if err := os.WriteFile(at, []byte(`[{"村编号":"V01","村名":"福合院村","所属乡镇":"逍林镇"},
{"村编号":"V02","村名":"新"园"村","所属乡镇":"逍林镇"},5,
{"村编号":"V03","村编号":"V04","村名":"林西村","所属乡镇":"逍林镇"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(at)
	marked, err := d.mark("村名册.json", Options{Lang: "zh"})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(marked)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetList()[1])
	if err != nil {
		t.Fatal(err)
	}
	mustClose(t, book)
	for row, text := range map[int]string{2: `新"园"村`, 3: "5", 4: `"V04"`} {
		if row >= len(rows) || !strings.Contains(strings.Join(rows[row], " "), text) {
			t.Errorf("row %d of the copy does not show %q: %q", row+1, text, rows)
		}
	}
	d.run(marked)
	if got := d.ask(`select count(distinct "row") from problems where state = 'open' and severity = 'refuse'`); !slices.Equal(got, []string{"3"}) {
		t.Errorf("%v rows are open after the copy came back as it was", got)
	}
	if got := d.ask("select village_id from villages where village_id in ('V02', 'V03', 'V04')"); len(got) > 0 {
		t.Errorf("villages %v came of records that nobody repaired", got)
	}
}
