package decode

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const visitsCSV = "走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H1,M1,2018-01-08 19:30,入户,25\nT2,H2,M2,2018年1月9日,电话,5\n"

// must fails the test where something that only prepares it goes wrong.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func gb18030(t testing.TB, text string) []byte {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func utf16Bytes(text string, big, mark bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// book writes a workbook; a sheet is its name and its rows.
func book(t testing.TB, change func(*excelize.File), sheets ...any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i := 0; i < len(sheets); i += 2 {
		name := sheets[i].(string)
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, row := range sheets[i+1].([][]any) {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", r+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipped(t testing.TB, members ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		m, err := w.Create(members[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Write(members[i+1].([]byte))
		must(t, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// oldWorkbook is a compound file with the stream every BIFF8 workbook has.
func oldWorkbook() []byte {
	const sector = 512
	file := make([]byte, sector*3)
	copy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put := func(at int, values ...uint32) {
		for i, v := range values {
			for b := range 4 {
				file[at+4*i+b] = byte(v >> (8 * b))
			}
		}
	}
	put(24, 0x0003003e, 0x0009fffe, 0x00000006)
	put(44, 1, 1, 0, 4096, 0xfffffffe, 0, 0xfffffffe, 0)
	put(76, 0)
	for i := 80; i < sector; i += 4 {
		put(i, 0xffffffff)
	}
	for i := sector; i < 2*sector; i += 4 {
		put(i, 0xffffffff)
	}
	put(sector, 0xfffffffd, 0xfffffffe)
	entry := func(at int, name string, kind byte, child uint32) {
		units := utf16.Encode([]rune(name))
		for i, u := range units {
			file[at+2*i], file[at+2*i+1] = byte(u), byte(u>>8)
		}
		file[at+64], file[at+66], file[at+67] = byte(2*len(units)+2), kind, 1
		put(at+68, 0xffffffff, 0xffffffff, child)
		put(at+116, 0xfffffffe)
	}
	entry(2*sector, "Root Entry", 5, 1)
	entry(2*sector+128, "Workbook", 2, 0xffffffff)
	for i := 2; i < 4; i++ {
		put(2*sector+128*i+68, 0xffffffff, 0xffffffff, 0xffffffff)
	}
	return file
}

// seen is what a file was decoded to.
type seen struct {
	tables []string
	rows   []Row
}

func record(t testing.TB, content []byte) (*seen, error) {
	t.Helper()
	at := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(at, content, 0o600); err != nil {
		t.Fatal(err)
	}
	limits := DefaultLimits()
	limits.Bytes, limits.Cells, limits.Cell, limits.Block, limits.Memory = 8<<20, 1<<20, 1<<16, 512, 1024
	file, err := Open(t.Context(), at, Options{Limits: limits, Folder: t.TempDir()})
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := &seen{}
	for _, table := range file.Tables {
		last := int64(-1)
		s.tables = append(s.tables, table.Name)
		if err := Rows(t.Context(), table.Body, func(r Row) error {
			if r.No <= last {
				t.Fatalf("row %d after row %d", r.No, last)
			}
			last = r.No
			r.Cells = slices.Clone(r.Cells)
			s.rows = append(s.rows, r)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s, err
}

// FuzzDecode reads anything as a file. Whatever it is, it is rows in order or a problem with a code.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(visitsCSV))
	f.Add([]byte("\ufeff走访编号;农户编号\r\n\"a\"\"b\";\"c\nd\"\r\n"))
	f.Add([]byte("sep=|\na|b\n\n\nc|d"))
	f.Add(gb18030(f, visitsCSV))
	f.Add(utf16Bytes(visitsCSV, false, true))
	f.Add([]byte(`[{"a":1,"b":null},{"c":[1,{"d":2}]}]`))
	f.Add([]byte("{\"a\":1}\n{\"a\":\n{\"b\":\"x\"}"))
	f.Add(zipped(f, "a.csv", []byte("a,b\n1,2\n"), "b/c.json", []byte("[]")))
	f.Add(oldWorkbook())
	f.Fuzz(func(t *testing.T, content []byte) {
		_, err := record(t, content)
		var whole *Error
		if err != nil && !errors.As(err, &whole) {
			t.Fatal(err)
		}
	})
}

// FuzzWorkbook damages a real workbook.
func FuzzWorkbook(f *testing.F) {
	whole := book(f, nil, "走访", [][]any{{"走访编号", "农户编号"}, {"T1", 43108.8125}, {}, {true, "=1+1"}}, "二", [][]any{{"x"}})
	f.Add(10, byte(1), 0)
	f.Add(len(whole)/2, byte(0xff), 3)
	f.Add(len(whole)-5, byte(7), 0)
	f.Fuzz(func(t *testing.T, at int, with byte, cut int) {
		content := slices.Clone(whole)
		if at < 0 || at >= len(content) || cut < 0 || cut > len(content) {
			t.Skip()
		}
		content[at] ^= with
		_, err := record(t, content[:len(content)-cut])
		var whole *Error
		if err != nil && !errors.As(err, &whole) {
			t.Fatal(err)
		}
	})
}

// FuzzDelimiter: whatever the table, the delimiter it was written with is found when its cells do not hold others.
func FuzzDelimiter(f *testing.F) {
	f.Add("走访编号", "2018-01-08", uint8(3), uint8(4), uint8(0))
	f.Add("a b", "1.5", uint8(2), uint8(9), uint8(2))
	f.Fuzz(func(t *testing.T, head, cell string, columns, rows, which uint8) {
		clean := func(s string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune(",;|\t\"\r\n", r) {
					return -1
				}
				return r
			}, s)
		}
		head, cell = clean(head), clean(cell)
		width, height, delimiter := int(columns%20)+2, int(rows%50)+1, delimiters[int(which)%len(delimiters)]
		if strings.TrimSpace(head) == "" || strings.TrimSpace(cell) == "" {
			t.Skip()
		}
		var text strings.Builder
		for range height {
			text.WriteString(head + strings.Repeat(string(delimiter)+cell, width-1) + "\n")
		}
		d := &decoder{Options: Options{Limits: DefaultLimits()}}
		if got := d.cutting(text.String(), true, Pins{}); got.delimiter != delimiter {
			t.Fatalf("%q for %q", got.delimiter, delimiter)
		}
	})
}

// FuzzSheet writes anything where a workbook keeps its cells, its shared texts and its styles, in an archive that is
// whole: what FuzzWorkbook damages mostly fails its checksums first. Whatever stands there is rows in order, each within
// the limits, or a problem with a code.
func FuzzSheet(f *testing.F) {
	parts := []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"}
	whole := book(f, nil, "走访", [][]any{{"走访编号", "农户编号"}, {"T1", 43108.8125}, {}, {true, "=1+1"}, {nil, "二"}})
	members := archived(f, whole)
	f.Add(members[parts[0]], members[parts[1]], members[parts[2]])
	const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	for _, rows := range []string{
		`<row r="9"><c r="C9" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>`,   // out of order
		`<row><c t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c><c><v>2</v></c></row>`, // without references
		`<row r="1048577"><c r="XFE1"><v>1</v></c></row>`,                                        // outside the sheet
		`<row r="1"><c r="A1" t="s"><v>-1</v></c><c r="B1" t="s"><v>99999</v></c><c r="C1" t="b"><v>7</v></c></row>`,
		`<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="d"><v>2018-01-08</v></c><c r="C1"><f>1/0</f><v>NaN</v></c></row>`,
	} {
		f.Add([]byte(sheet+rows+`</sheetData></worksheet>`), []byte(`<sst><si><t>甲</t></si></sst>`), members[parts[2]])
	}
	f.Fuzz(func(t *testing.T, cells, texts, styles []byte) {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		written := map[string][]byte{parts[0]: cells, parts[1]: texts, parts[2]: styles}
		for name, content := range members {
			if changed, ok := written[name]; ok {
				content = changed
			}
			part, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		seen, err := record(t, out.Bytes()) // fails itself where a row comes after a later one
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		for _, row := range seen.rows {
			for _, cell := range row.Cells {
				if len(cell.Text) > 1<<16 {
					t.Fatalf("row %d: a cell of %d bytes passed a limit of %d", row.No, len(cell.Text), 1<<16)
				}
			}
		}
	})
}

func archived(t testing.TB, content []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	members := map[string][]byte{}
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if members[f.Name], err = io.ReadAll(part); err != nil {
			t.Fatal(err)
		}
		part.Close()
	}
	return members
}

// FuzzMarked reads any cell as the mark of a marked copy. What is one is written as the same mark again.
func FuzzMarked(f *testing.F) {
	f.Add(Marked{File: strings.Repeat("a", 64), Name: "走访.csv", Partial: true, Sheets: map[string]MarkedSheet{"走访": {Table: "a.zip/走访", Member: "走访", Shift: 1}}}.String())
	f.Add(`hulian {"file":"x"}`)
	f.Add(`hulian {} hulian {"sheets":{"a":null}}`)
	f.Fuzz(func(t *testing.T, cell string) {
		m, ok := ParseMarked(cell)
		if !ok {
			return
		}
		if again, ok := ParseMarked(m.String()); !ok || !cmp.Equal(m, again, cmpopts.EquateEmpty()) {
			t.Fatalf("%+v is written as %s and read as %+v", m, m, again)
		}
	})
}
