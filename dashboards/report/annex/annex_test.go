package annex

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"hulian/dashboards/drawing"
	"hulian/dashboards/language"
	"hulian/dashboards/page"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/view"
)

func opened(t *testing.T, d report.Document) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

// Every table of the notice has a sheet with all its rows, and every number there is the number of the screen.
func TestTheAnnexHoldsEveryNumberOfTheReport(t *testing.T) {
	for _, query := range []string{"", "lang=en", "village=V2"} {
		r := asktest.Asked(t, "report", query)
		v, err := page.Build(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		d := report.Document{View: v, Language: r.Language, Draw: drawing.Draw, About: [][2]string{{r.T("数据截至", "Data as of"), "2018-01-31"}, {r.T("快照", "Snapshot"), "1 abc"}}}
		book := opened(t, d)
		paper, err := report.Lay(d)
		if err != nil {
			t.Fatal(err)
		}
		sheets := map[string]bool{}
		for _, name := range book.GetSheetList() {
			sheets[name] = true
			if utf8.RuneCountInString(name) > 31 {
				t.Errorf("the name %q is too long for Excel", name)
			}
		}
		contents, err := book.GetRows(book.GetSheetName(0))
		if err != nil {
			t.Fatal(err)
		}
		numbers := 0
		entries := entriesOf(paper)
		if len(contents) != len(entries)+1 || len(entries) < len(paper.Tables()) || len(entries) < 8 {
			t.Fatalf("%s: %d lines of contents for %d tables", query, len(contents)-1, len(entries))
		}
		for n, e := range entries {
			sheet := contents[n+1][2]
			if !sheets[sheet] {
				t.Fatalf("%s: no sheet %q", query, sheet)
			}
			rows, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			want := len(e.table.Rows) + 1 + min(len(e.table.Total), 1)
			if len(rows) > want || len(rows) < want-1 { // a last row of unknown values is empty
				t.Errorf("%s: %q has %d rows, want %d", query, sheet, len(rows), want)
			}
			head, grid := render.Grid(e.table, r.Lang)
			for y, row := range grid {
				for x, value := range row {
					number, is := value.(spreadsheet.Number)
					if !is {
						continue
					}
					got, err := strconv.ParseFloat(rows[y+1][x], 64)
					if err != nil {
						t.Fatalf("%s: %s row %d %q: %v", query, sheet, y, head[x], err)
					}
					if strings.HasSuffix(head[x], " (%)") {
						got *= 100
					}
					if decimals := len(string(number)) - strings.IndexByte(string(number)+".", '.') - 1; strconv.FormatFloat(got, 'f', max(decimals, 0), 64) != string(number) && strconv.FormatFloat(got, 'f', -1, 64) != string(number) {
						t.Errorf("%s: %s row %d %q is %v, the screen's is %s", query, sheet, y, head[x], got, number)
					}
					numbers++
				}
			}
			if panes, err := book.GetPanes(sheet); err != nil || !panes.Freeze {
				t.Errorf("%s: the head of %q does not stand still (%v)", query, sheet, err)
			}
		}
		if numbers < 150 {
			t.Errorf("%s: only %d numbers", query, numbers)
		}
		name := book.GetSheetList()[len(entries)+1]
		rows, err := book.GetRows(name)
		if err != nil || len(rows) < 10 || rows[1][5] != "2018-01-31" || rows[1][6] != "1 abc" {
			t.Errorf("%s: the basis %q says %v (%v)", query, name, rows[:min(2, len(rows))], err)
		}
	}
}

// Shares, amounts and totals look as they do on the screen; a name that would be a formula stays a text; all rows are there, though the paper
// shows some.
func TestFormatsTotalsAndFormulas(t *testing.T) {
	table := &view.Table{ID: "t", Title: "各村：走访/覆盖?", PageRows: 2, Columns: []view.Column{view.Words("村"), view.Rate("走访覆盖率", "%"), view.Number("奖金（元）"), view.Day("日期")},
		Rows: [][]view.Cell{{view.Plain("=HYPERLINK(1)"), view.Share(79, 101), view.Count(109000), {Text: "2018-01-31"}}}, Total: []view.Cell{view.Plain("合计"), view.Share(800, 1001), view.Count(109600), {}}}
	for i := range 5 {
		table.Rows = append(table.Rows, []view.Cell{view.Plain(fmt.Sprint("村", i)), view.Share(0, 0), view.Count(float64(i)), {}})
	}
	d := report.Document{Language: language.Language{Lang: language.Chinese}, View: view.View{Heading: "通报", Blocks: []view.Block{table}, Letterhead: &view.Letterhead{Issuer: "镇党委", Period: "2018年1月"}}}
	book := opened(t, d)
	sheet := book.GetSheetList()[1]
	for cell, want := range map[string]string{"A2": "=HYPERLINK(1)", "B1": "走访覆盖率", "B2": "78.2%", "C2": "79", "D2": "101", "E2": "¥109,000", "F2": "2018-01-31", "B3": "", "A7": "村4", "A8": "合计", "B8": "79.9%", "E8": "¥109,600"} {
		if got, err := book.GetCellValue(sheet, cell); err != nil || got != want {
			t.Errorf("%s shows %q, want %q (%v)", cell, got, want, err)
		}
		if formula, err := book.GetCellFormula(sheet, cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q (%v)", cell, formula, err)
		}
	}
	for _, n := range book.GetDefinedName() {
		if strings.Contains(n.RefersTo, sheet) && !strings.HasSuffix(n.RefersTo, "$7") {
			t.Errorf("the filter moves the total: %s", n.RefersTo)
		}
	}
	if got, _ := book.GetCellValue(sheet, "B2", excelize.Options{RawCellValue: true}); cmp.Compare(got, "0.782") != 0 {
		t.Errorf("a share is kept as %q", got)
	}
}

// TestATableWithoutAnIDStandsOnce: tables that no page has named, one of which the paper cuts, are one sheet each.
func TestATableWithoutAnIDStandsOnce(t *testing.T) {
	of := func(title string, rows int) *view.Table {
		made := &view.Table{Title: title, PageRows: 3, Columns: []view.Column{view.Words("村"), view.Number("户数")}}
		for n := range rows {
			made.Rows = append(made.Rows, []view.Cell{view.Plain(fmt.Sprint(title, n)), view.Count(float64(n))})
		}
		return made
	}
	d := report.Document{Language: language.Language{Lang: language.Chinese}, View: view.View{Heading: "通报", Blocks: []view.Block{of("甲", 5), of("乙", 2)}, Letterhead: &view.Letterhead{Issuer: "镇党委", Period: "2018年1月"}}}
	book := opened(t, d)
	if got, want := book.GetSheetList(), []string{"目录", "表1 甲", "表2 乙", "指标依据", "说明"}; !slices.Equal(got, want) {
		t.Fatalf("the sheets are %q, want %q", got, want)
	}
	if rows, err := book.GetRows("表1 甲"); err != nil || len(rows) != 6 {
		t.Errorf("the whole table has %d rows (%v)", len(rows), err)
	}
}

func TestNamesOfSheets(t *testing.T) {
	taken := map[string]bool{}
	long := strings.Repeat("表", 40)
	for _, title := range []string{"a/b:c", long, long, "A B C", "表1  x\ny"} {
		name := named(title, taken)
		if utf8.RuneCountInString(name) > longest || strings.ContainsAny(name, `[]:*?/\`) || name == "" {
			t.Errorf("%q becomes %q", title, name)
		}
	}
	if len(taken) != 5 {
		t.Errorf("two sheets have one name: %v", taken)
	}
}
