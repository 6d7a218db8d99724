package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"hulian/pipelines/warehouse"
)

const plainTable = "村,办结,受理\n富和园,81,263\n新园,15,148\n"

// TestRead reads one table from every kind of file it may stand in; names of files say nothing.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) {
		if err := os.WriteFile(path(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	encoded := func(text string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write("utf8", plainTable)
	write("bom", "\ufeff"+plainTable)
	write("crlf", strings.ReplaceAll(plainTable, "\n", "\r\n"))
	write("gb18030", encoded(simplifiedchinese.GB18030.NewEncoder().String(plainTable)))
	write("utf16", encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plainTable)))
	write("semicolons", strings.ReplaceAll(plainTable, ",", ";"))
	write("tabs", strings.ReplaceAll(plainTable, ",", "\t"))
	write("quoted", "\"村\",\"办结\",\"受理\"\n\"富和园\",81,263\n新园,\"15\",148\n")
	write("excel's own", "sep=;\n"+strings.ReplaceAll(plainTable, ",", ";"))
	write("utf16 without mark", encoded(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(plainTable)))
	write("old macintosh", strings.ReplaceAll(plainTable, "\n", "\r"))
	write("blank rows", "\n\n村,办结,受理\n\n富和园,81,263\n,,\n新园,15,148\n\n")

	book := excelize.NewFile()
	for i, row := range [][]any{{"村", "办结", "受理"}, {"富和园", 81, 263}, {"新园", 15, 148}} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SaveAs(path("book.xlsx")); err != nil {
		t.Fatal(err)
	}
	engine, err := warehouse.Open(t.Context(), warehouse.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := engine.Exec(t.Context(), "copy (select * from (values ('富和园', 81, 263), ('新园', 15, 148)) as t(村, 办结, 受理)) to '"+path("parquet")+"' (format parquet)"); err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"富和园", "81", "263"}, {"新园", "15", "148"}}
	for _, name := range []string{"utf8", "bom", "crlf", "gb18030", "utf16", "semicolons", "tabs", "quoted", "excel's own", "utf16 without mark", "old macintosh", "blank rows", "book.xlsx", "parquet"} {
		f, err := Read(t.Context(), path(name), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff([]string{"村", "办结", "受理"}, f.Columns); diff != "" {
			t.Errorf("%s: columns %s", name, diff)
		}
		if diff := cmp.Diff(want, f.Rows); diff != "" {
			t.Errorf("%s: rows %s", name, diff)
		}
		if name == "blank rows" {
			if diff := cmp.Diff([]int{5, 7}, f.Lines); diff != "" {
				t.Errorf("%s: row numbers %s", name, diff)
			}
		}
	}
}

// Objects have no order of their members: columns come by name.
func TestReadObjects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "objects")
	if err := os.WriteFile(path, []byte("{\"n\":263,\"x\":81.5}\n{\"n\":148,\"id\":\"新园\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Frame{Name: "objects", Columns: []string{"n", "x", "id"}, Rows: [][]string{{"263", "81.5", ""}, {"148", "", "新园"}}, Lines: []int{1, 2}}, f); diff != "" {
		t.Error(diff)
	}
}

func TestWorkbookDates(t *testing.T) {
	book := excelize.NewFile()
	style, err := book.NewStyle(&excelize.Style{NumFmt: 17}) // mmm-yy
	if err != nil {
		t.Fatal(err)
	}
	percent, err := book.NewStyle(&excelize.Style{NumFmt: 9})
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{"A1": "month", "B1": "share", "A2": time.Date(2017, 5, 1, 0, 0, 0, 0, time.UTC), "B2": 0.31234} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for cell, s := range map[string]int{"A2": style, "B2": percent} {
		if err := book.SetCellStyle("Sheet1", cell, cell, s); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "dates.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"2017-05", "0.31234"}}, f.Rows); diff != "" {
		t.Error(diff)
	}
	if _, err := Read(t.Context(), path, "Sheet9"); err == nil || !strings.Contains(err.Error(), "Sheet1") {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, says string }{
		"empty":     {"", "empty"},
		"blank":     {" \n\n", "empty"},
		"binary":    {"a\x00b\x01c", "binary"},
		"old excel": {"\x09\x08\x06\x00\x00\x00", "old Excel"},
		"cut off":   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "may be damaged"},
		"picture":   {"\x89PNG\r\n\x1a\n\x00\x00", "PNG"},
		"unclosed":  {"a,b\n\"1,2\n3,4\n", "row 2 of the file “unclosed” is never closed"},
		"wide":      {"a,b\n1,2,3\n", "row 2 has more cells"},
		"twice":     {"a,a\n1,2\n", `two columns are called "a"`},
		"broken":    {"PK\x03\x04nothing", "cut off"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(t.Context(), path, ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want something about %q", name, err, c.says)
		}
	}
}

func TestBaseline(t *testing.T) {
	xmr, err := MethodOf("xmr")
	if err != nil {
		t.Fatal(err)
	}
	f := Frame{Name: "f", Columns: []string{"month", "trial"}}
	order := make([]int, 10)
	for i := range 10 {
		month := fmt.Sprintf("2017-%02d-15", 10-i) // the newest stands first
		f.Rows, f.Lines = append(f.Rows, []string{month, map[bool]string{true: "1", false: "0"}[i < 4]}), append(f.Lines, i+2)
		order[i] = 9 - i
	}
	for text, want := range map[string]string{
		"rows 1-4": "1111000000", "1-2,5": "1100100000", "rows 1-4 without 2 and 3": "1001000000", "rows 1-6 without row 4; outside_rows over all": "1110110000",
		"rows 1-3 (trial=1); applied to all": "1110000000", "trial=1": "1111000000", "trial = 0": "0000111111", "without 10": "1111111110", "all": "", "": "",
		"first 3": "0000000111", "first 3 months": "0000000111", "last 2": "1100000000", "4": "0000001111", "[1, 9]": "1000000010", "1..3, 5 and 7-8": "1110101100",
		"rows 1–6, excluding 2, 4": "1010110000", "rows 1-4 minus 2": "1011000000", "all rows": "", "all except 1": "0111111111", "rows with trial == true": "1111000000",
		"2017-03 to 2017-06": "0000111100", "2017-03..2017-06": "0000111100", "up to 2017-03": "0000000111", "before 2017-03": "0000000011", "from 2017-09": "1100000000",
		"after 2017-09": "1000000000", "2017-03 to 2017-06 without 2017-04": "0000110100", "month < 2017-03": "0000000011", "month >= 2017-10": "1000000000", "trial=1 without 2": "1011000000",
	} {
		c := &Call{Method: xmr, Frame: f, options: map[string]string{"baseline": text}}
		got, err := c.baseline(order)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var marks strings.Builder
		for _, m := range got {
			marks.WriteString(map[bool]string{true: "1", false: "0"}[m])
		}
		if marks.String() != want {
			t.Errorf("%q marks %s, want %s", text, &marks, want)
		}
	}
	for _, text := range []string{"rows 0-3", "rows 8-11", "rows 5-2", "first few", "first 11", "nothing=1", "trial=7", "rows 1-4 roughly", "1-4 or so", "2016-01 to 2016-12", "before 2017-01", "trial < many", "rows"} {
		c := &Call{Method: xmr, Frame: f, options: map[string]string{"baseline": text}}
		if got, err := c.baseline(order); err == nil {
			t.Errorf("%q passes as %v", text, got)
		}
	}
}

// The constants of a chart are written as books write them.
func TestArithmetic(t *testing.T) {
	for text, want := range map[string]float64{"3/1.128": 2.6595744680851063, "3/(2/sqrt(pi))": 2.6586807763582734, "3 / (1.128)": 2.6595744680851063, "1-0.05/12": 0.9958333333333333, "-2*3+1": -5} {
		if got, ok := arithmetic(text); !ok || math.Abs(got-want) > 1e-15 {
			t.Errorf("%s = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "3/d2", "1/0", "sqrt(-1)", "sqrt(1, 2)", "exp(1)", "3 3", "0x10", "1e999", "'3'", "f(1)", "+1", "1<<3", "3/"} {
		if got, ok := arithmetic(text); ok {
			t.Errorf("%q passes as %v", text, got)
		}
	}
}

// An interrupt is an interrupt: without its cause the command would end as failed, and say nothing of why.
func TestReadSaysWhyItStopped(t *testing.T) {
	at := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(at, []byte("x,y\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, at, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := Read(t.Context(), filepath.Join(t.TempDir(), "none.csv"), ""); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "none.csv") != 1 {
		t.Errorf("no file: %v", err)
	}
}
