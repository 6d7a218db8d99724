package load

import (
	"archive/zip"
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

// TestAWrongGuessIsSeenAndPinned gives files that content alone cannot tell: what was taken for what stands in the
// reconciliation in both languages, and one line of a mapping file puts it right.
func TestAWrongGuessIsSeenAndPinned(t *testing.T) {
	const visits = "visit_id,household_id,member_id,visited_at,note\n"
	notes := strings.Repeat("T%d;H1;M1;2018-01-08;a|b|c|d|e|f|g|h|i|j|k|l|m\n", 30)
	var barred strings.Builder
	barred.WriteString("一;二;三;四;五\n")
	for i, line := range strings.Split(strings.TrimSpace(notes), "\n") {
		fmt.Fprintf(&barred, line+"\n", i)
	}
	columns := "\n    columns: {visit_id: 一, household_id: 二, member_id: 三, visited_at: 四, note: 五}"
	example := "填报说明，示例如下\n走访编号,农户编号,党员编号,走访时间\nT0,H1,M1,2018-01-01\n正式填报\n走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-08\n"
	tests := map[string]struct {
		content        []byte
		zh, en, pinned string
		pin            string
		columns        string
		want, wanted   string // the rows before and after
	}{
		"gbk that is valid utf-8": {
			gb18030(t, visits+"T1,H1,M1,2018-01-08,陋路\n"), "文本表格（CSV），UTF-8，逗号分隔，表头在第 1 行", "CSV, UTF-8, commas, header in row 1",
			"CSV, GB18030, commas, header in row 1; the mapping pins.yaml fixes encoding", "encoding: gb18030", "", "T1 ª·", "T1 陋路"},
		"notes full of bars": {
			[]byte(barred.String()), "文本表格（CSV），UTF-8，分号分隔", "CSV, UTF-8, semicolons",
			"CSV, UTF-8, semicolons, header in row 1; the mapping pins.yaml fixes delimiter", "delimiter: ';'", columns, "", "T0 a|b|c|d|e|f|g|h|i|j|k|l|m"},
		"an example above the table": {
			[]byte(example), "文本表格（CSV），UTF-8，逗号分隔，表头在第 2 行", "CSV, UTF-8, commas, header in row 2",
			"CSV, UTF-8, commas, header in row 5; the mapping pins.yaml fixes header row", "header_row: 5", "", "T0 <nil>", "T1 <nil>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, pinned := range []bool{false, true} {
				town := newTown(t)
				town.registries()
				want, rows := test.en, test.want
				if pinned {
					town.mapping("pins.yaml", "exporter: x\nfiles: [visits.csv]\n"+test.pin+"\nexports:\n  - export: visits"+test.columns+"\n")
					want, rows = test.pinned, test.wanted
				}
				town.drop("visits.csv", test.content)
				result := town.load()
				last := result.Files[len(result.Files)-1]
				if got := data.ExplainReading(last.ReadAs, "en"); got != want {
					t.Errorf("pinned %v: read as %q, want %q", pinned, got, want)
				}
				if got := data.ExplainReading(last.ReadAs, "zh"); !pinned && got != test.zh {
					t.Errorf("read as %q, want %q", got, test.zh)
				}
				if first := town.lines("select visit_id, note from exports.visits order by visit_id limit 1"); strings.Join(first, "") != rows {
					t.Errorf("pinned %v: %v, want %q", pinned, first, rows)
				}
				if pinned {
					town.want("select rows_read = accepted + quarantined + ignored, read_as like '%pins.yaml%' from ops.reconciliation order by file_no desc limit 1", "true true")
				}
			}
		})
	}
}

// sheetXML replaces the sheet of a workbook by hand-made XML.
func sheetXML(t testing.TB, body string) []byte {
	t.Helper()
	whole := book(t, nil, "走访", [][]any{{"走访编号"}})
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, member := range r.File {
		from, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(from); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(member.Name, "xl/worksheets/") {
			content.Reset()
			content.WriteString(`<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + body + `</worksheet>`)
		}
		to, err := w.Create(member.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(content.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestSheetsThatPretendToBeHuge: a workbook of a few kilobytes can name cells by the billion. It is refused, or its few real rows
// are read, in seconds and without the memory of a billion cells.
func TestSheetsThatPretendToBeHuge(t *testing.T) {
	header := `<row r="1"><c r="A1" t="inlineStr"><is><t>走访编号</t></is></c><c r="B1" t="inlineStr"><is><t>农户编号</t></is></c><c r="C1" t="inlineStr"><is><t>党员编号</t></is></c><c r="D1" t="inlineStr"><is><t>走访时间</t></is></c></row>`
	visit := func(row int) string {
		return fmt.Sprintf(`<row r="%[1]d"><c r="A%[1]d" t="inlineStr"><is><t>T%[1]d</t></is></c><c r="B%[1]d" t="inlineStr"><is><t>H1</t></is></c><c r="C%[1]d" t="inlineStr"><is><t>M1</t></is></c><c r="D%[1]d" t="inlineStr"><is><t>2018-01-08</t></is></c></row>`, row)
	}
	var far strings.Builder
	for i := 2; i < 60_000; i++ {
		fmt.Fprintf(&far, `<row r="%[1]d"><c r="XFD%[1]d"><v>1</v></c></row>`, i)
	}
	var wide strings.Builder
	for i := 2; i < 200_000; i++ {
		fmt.Fprintf(&wide, `<row r="%[1]d"><c r="XFD%[1]d" s="0"/></row>`, i)
	}
	tests := map[string]struct {
		body string
		want []pipelines.Code
	}{
		"a dimension of 17 billion cells": {`<dimension ref="A1:XFD1048576"/><sheetData>` + header + visit(2) + `</sheetData>`, []pipelines.Code{""}},
		"the last row there can be":       {`<sheetData>` + header + visit(1048576) + `</sheetData>`, []pipelines.Code{""}},
		"a row beyond the last":           {`<sheetData>` + header + visit(2_000_000_000) + `</sheetData>`, []pipelines.Code{pipelines.FileTooLarge, pipelines.FileUnreadable}},
		"values in the last column":       {`<sheetData>` + header + far.String() + `</sheetData>`, []pipelines.Code{pipelines.FileTooWide}},
		"formats in the last column":      {`<sheetData>` + header + visit(2) + wide.String() + `</sheetData>`, []pipelines.Code{""}},
		"a row beyond numbers":            {`<sheetData>` + header + `<row r="99999999999999999999"><c r="A9"><v>1</v></c></row></sheetData>`, []pipelines.Code{pipelines.FileTooLarge, pipelines.FileUnreadable}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			town := newTown(t)
			town.registries()
			town.drop("huge.xlsx", sheetXML(t, test.body))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			result := town.load()
			runtime.ReadMemStats(&after)
			t.Logf("%v, %d MB allocated, %d MB held", time.Since(start), (after.TotalAlloc-before.TotalAlloc)>>20, after.HeapSys>>20)
			if time.Since(start) > 20*time.Second {
				t.Errorf("it took %v", time.Since(start))
			}
			got := result.Files[len(result.Files)-1]
			ok := false
			for _, code := range test.want {
				ok = ok || code == got.Problem
			}
			if !ok {
				t.Errorf("%+v, want %v", got, test.want)
			}
		})
	}
}

// TestUnknownColumnsAreListed: a column no contract knows is kept out and named in the report, once.
func TestUnknownColumnsAreListed(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte("天气,走访编号,农户编号（必填）,党员 编号,走访时间,同行人\n晴,T1,H1,M1,2018-01-08,某\n"))
	result := town.load()
	last := result.Files[len(result.Files)-1]
	if last.Accepted != 1 || told(last) != "columns not used: 天气 | 同行人" {
		t.Errorf("%+v", last)
	}
}

// TestAnOldWorkbookSaysHowToSaveItAnew: the sentence names the menu entry and the type to choose.
func TestAnOldWorkbookSaysHowToSaveItAnew(t *testing.T) {
	town := newTown(t)
	town.drop("走访.xlsx", oldWorkbook())
	last := town.load().Files[0]
	for lang, words := range map[string]string{"zh": "另存为", "en": "Save As"} {
		if _, mend := data.Explain(pipelines.Problem{Code: last.Problem, File: last.Name, Detail: last.Detail[0]}, lang); !strings.Contains(mend, words) {
			t.Errorf("%s: %q", lang, mend)
		}
	}
}
