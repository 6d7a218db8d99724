package decode

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode/utf32"

	"hulian/data/trials"
)

// A quote that opens a cell of one row and one that ends a cell of a later row make one record of all rows between them.
// Whatever these rows look like, it is told: the file is refused, or both counts are shown.
func TestAStrayQuoteSwallowsNoRowsUnseen(t *testing.T) {
	at := filepath.Join(t.TempDir(), "file")
	for seed := range trials.Seeds(t, 200) {
		r := rand.New(rand.NewPCG(3, uint64(seed)))
		rows := aTable(r, false)
		if len(rows) < 4 {
			continue
		}
		comma, lineBreak := []string{",", "\t", ";", "|"}[r.IntN(4)], []string{"\n", "\r\n"}[r.IntN(2)]
		for i := range rows[1:] { // plain notes: what is to be seen is what the quotes do
			rows[i+1][3], rows[i+1][4] = []string{"路灯不亮", "", "已办结", "2次走访"}[r.IntN(4)], []string{"", "无", "好"}[r.IntN(3)]
		}
		lines := strings.Split(strings.TrimSuffix(written(t, rows, comma, lineBreak, false), lineBreak), lineBreak)
		open := 1 + r.IntN(len(lines)-2)
		shut := open + 1 + r.IntN(len(lines)-open-1)
		lines[open] = strings.Join(slices.Concat(rows[open][:4], []string{`"` + rows[open][4]}), comma)
		lines[shut] = strings.Join(slices.Concat(rows[shut][:4], []string{rows[shut][4] + `"`}), comma)
		for i := open + 1; i < shut; i++ { // programs leave out what is empty at the end of a row, or write a delimiter too many
			switch r.IntN(3) {
			case 0:
				lines[i] = strings.Join(rows[i][:3], comma)
			case 1:
				lines[i] += comma
			}
		}
		content := strings.Join(lines, lineBreak) + lineBreak
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, doubt, err := textsOf(at)
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if err == nil && !doubt && len(got) != len(rows) {
			t.Fatalf("seed %d: %d rows became %d without a word:\n%s", seed, len(rows), len(got), content)
		}
	}
}

// Lines that end in more than one way are rows, or the file says that they may be.
func TestMixedLineEndsSwallowNoRowsUnseen(t *testing.T) {
	at := filepath.Join(t.TempDir(), "file")
	for seed := range trials.Seeds(t, 100) {
		r := rand.New(rand.NewPCG(4, uint64(seed)))
		rows := aTable(r, false)
		var b strings.Builder
		for _, row := range rows {
			b.WriteString(strings.Join([]string{row[0], row[1], row[2], "路灯", "好"}, ",") + []string{"\n", "\r\n", "\r", "\r\r\n"}[r.IntN(4)])
		}
		if err := os.WriteFile(at, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		got, doubt, err := textsOf(at)
		if err != nil || !doubt && len(got) != len(rows) {
			t.Fatalf("seed %d: %d rows became %d without a word, %v:\n%q", seed, len(rows), len(got), err, b.String())
		}
	}
}

// What programs write around the rows of a text is no part of them.
func TestTextsAsProgramsWriteThem(t *testing.T) {
	rows := [][]string{{"走访编号", "农户编号", "走访时间", "走访内容"}, {"T001", "000101", "2018-01-01 10:00", "路灯\n不亮"}, {"T002", "000102", "2018-01-02 10:00", "𠮷村，好"}}
	quoted := func(lineBreak, inside string) string {
		return strings.ReplaceAll(strings.ReplaceAll(written(t, rows, ",", "\x00", false), "\n", inside), "\x00", lineBreak)
	}
	mysql := strings.NewReplacer("\n", "\\\n", ",", "\\,")
	var outfile strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			outfile.WriteString([]string{"", ","}[min(i, 1)] + mysql.Replace(cell))
		}
		outfile.WriteString("\n")
	}
	wide, err := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder().String(quoted("\n", "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"Excel of a Mac: rows end with CR, cells hold LF": quoted("\r", "\n"),
		"the end marked as by DOS":                        quoted("\r\n", "\n") + "\x1a",
		"the end marked, and the block filled":            quoted("\r\n", "\n") + "\x1a" + strings.Repeat("\x00", 3000),
		"a block filled with zero bytes":                  quoted("\n", "\n") + strings.Repeat("\x00", 70_000),
		"rows of a fixed length, filled with zero bytes":  quoted(strings.Repeat("\x00", 25)+"\n", "\n"),
		"MySQL without quotes":                            outfile.String(),
		"UTF-32":                                          wide,
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, doubt, err := textsOf(at)
		if diff := cmp.Diff(comparable(rows), got); diff != "" || doubt || err != nil {
			t.Errorf("%s: doubt %v, %v (-want +got):\n%s", name, doubt, err, diff)
		}
	}
}

// An answer made for a browser, a list of pages, and a text with one damaged byte are read all the same.
func TestTextsThatAreNearlyPlainAreRead(t *testing.T) {
	rows := [][]string{{"走访编号", "农户编号"}, {"T001", "000101"}, {"T002", "000102"}}
	for name, content := range map[string]string{
		"a list of pages":                   `[[{"走访编号":"T001","农户编号":"000101"}], [ {"走访编号":"T002","农户编号":"000102"} ]]`,
		"a call":                            `callback([{"走访编号":"T001","农户编号":"000101"},{"走访编号":"T002","农户编号":"000102"}]);` + "\r\n",
		"a call of a wrapper":               `/**/jQuery.cb_1({"code":0,"data":[{"走访编号":"T001","农户编号":"000101"},{"走访编号":"T002","农户编号":"000102"}]})`,
		"zero bytes in a text of documents": `[{"走访编号":"T0\u000001","农户编号":"000101"},{"走访编号":"T002","农户编号":"000102"}]`,
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, doubt, err := textsOf(at)
		if diff := cmp.Diff(byHeader(rows), byHeader(got)); diff != "" || doubt || err != nil {
			t.Errorf("%s: doubt %v, %v (-want +got):\n%s", name, doubt, err, diff)
		}
		if strings.HasPrefix(name, "zero") {
			f, err := Open(t.Context(), at, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Note{{What: NulBytes, Count: 1, Row: 1}}, f.Tables[0].Notes); diff != "" {
				t.Errorf("zero bytes are told: %s", diff)
			}
			must(t, f.Close())
		}
	}
}

// One byte of a short file in UTF-8 is damaged: it is read as UTF-8 all the same, and the row says that it is damaged.
func TestADamagedByteCostsItsRow(t *testing.T) {
	content := "走访编号,农户编号,走访内容\nT001,000101,路灯\xff不亮\nT002,000102,村道\n"
	f, err := Open(t.Context(), filed(t, content), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { must(t, f.Close()) }()
	if got := f.Tables[0].ReadAs.Encoding; got != "utf-8" {
		t.Errorf("read as %s", got)
	}
	var texts []string
	must(t, Rows(t.Context(), f.Tables[0].Body, func(r Row) error { texts = append(texts, strings.Clone(r.Cells[2].Text)); return nil }))
	if diff := cmp.Diff([]string{"走访内容", "路灯\ufffd不亮", "村道"}, texts); diff != "" {
		t.Error(diff)
	}
}

func filed(t *testing.T, content string) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(at, []byte(content), 0o600))
	return at
}

// Files of other kinds are named, in whatever encoding they come.
func TestTextsThatAreNoTablesAreNamed(t *testing.T) {
	for content, want := range map[string]string{
		"\xff\xfe" + string(utf16Bytes("<html><table><tr><td>走访编号</td></tr></table>", false, false)): "HTML/XML",
		"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<table>":                              "MHTML",
		"ID;PWXL;N;E\nC;Y1;X1;K\"走访编号\"\nE\n":                                                        "SYLK",
		"TABLE\r\n0,1\r\n\"EXCEL\"\r\n":                                                              "DIF",
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := textsOf(at)
		var refused *Error
		if !errors.As(err, &refused) || fmt.Sprint(refused.Detail.Args) != "["+want+"]" {
			t.Errorf("%q: %v, want it refused as %s", content, err, want)
		}
	}
}

// Where records end with CRLF, a lone LF that no quotes hold belongs to its cell, if the record is then as wide as the
// header; where it fits neither way, both counts are told.
func TestALoneLineFeedBelongsToItsCell(t *testing.T) {
	header := []string{"走访编号", "农户编号", "走访时间", "走访内容", "备注"}
	for name, test := range map[string]struct {
		content string
		want    [][]string
		doubt   *Doubt
	}{
		"in the middle of a row": {
			content: "T1,H1,2018-01-02,路灯坏\n第二行,好\r\nT2,H2,2018-01-03,x,y\r\n",
			want:    [][]string{{"T1", "H1", "2018-01-02", "路灯坏\n第二行", "好"}, {"T2", "H2", "2018-01-03", "x", "y"}},
		},
		"in the last cell": {
			content: "T1,H1,2018-01-02,路灯坏,好\n很好\n\n再说\r\nT2,H2,2018-01-03,x,y\r\n",
			want:    [][]string{{"T1", "H1", "2018-01-02", "路灯坏", "好\n很好\n\n再说"}, {"T2", "H2", "2018-01-03", "x", "y"}},
		},
		"in a row with quotes": {
			content: "T1,H1,2018-01-02,路灯坏\n第二行,\"好，\n\"\"很好\"\"\"\r\nT2,H2,2018-01-03,x,y",
			want:    [][]string{{"T1", "H1", "2018-01-02", "路灯坏\n第二行", "好，\n\"很好\""}, {"T2", "H2", "2018-01-03", "x", "y"}},
		},
		"in every row": {
			content: "T1,H1,2018-01-02,a\nb,y\r\nT2,H2,2018-01-03,a\nb,y\r\n",
			want:    [][]string{{"T1", "H1", "2018-01-02", "a\nb", "y"}, {"T2", "H2", "2018-01-03", "a\nb", "y"}},
		},
		"that ends a whole row": {
			content: "T1,H1,2018-01-02,a,b\nT2,H2,2018-01-03,x,y\r\nT3,H3,2018-01-03,x,y\r\n",
			want:    [][]string{{"T1", "H1", "2018-01-02", "a", "b"}, {"T2", "H2", "2018-01-03", "x", "y"}, {"T3", "H3", "2018-01-03", "x", "y"}},
		},
		"that fits neither way": {
			content: "T1,H1,2018-01-02,路灯,坏\n第二行,好\r\nT2,H2,2018-01-03,x,y\r\nT3,H3,2018-01-04,x,y\r\n",
			want:    [][]string{{"T1", "H1", "2018-01-02", "路灯", "坏"}, {"第二行", "好"}, {"T2", "H2", "2018-01-03", "x", "y"}, {"T3", "H3", "2018-01-04", "x", "y"}},
			doubt:   &Doubt{Rows: 5, Lines: 4, Row: 2, LineEnds: true, Text: "T1,H1,2018-01-02,路灯,坏⏎第二行,好"},
		},
		"that leaves the row too short": {
			content: "T1,H1,2018\n-01-02,x\r\nT2,H2,2018-01-03,x,y\r\n",
			want:    [][]string{{"T1", "H1", "2018"}, {"-01-02", "x"}, {"T2", "H2", "2018-01-03", "x", "y"}},
			doubt:   &Doubt{Rows: 4, Lines: 3, Row: 2, LineEnds: true, Text: "T1,H1,2018⏎-01-02,x"},
		},
	} {
		for _, comma := range []string{",", "\t"} {
			content := strings.ReplaceAll(strings.Join(header, ",")+"\r\n"+test.content, ",", comma)
			at := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, _, err := textsOf(at)
			if diff := cmp.Diff(append([][]string{header}, test.want...), got); diff != "" || err != nil {
				t.Errorf("%s, cut by %q: %v (-want +got):\n%s", name, comma, err, diff)
			}
			f, err := Open(t.Context(), at, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := f.Tables[0].Doubt; d != nil {
				d.Text = strings.ReplaceAll(d.Text, comma, ",")
			}
			if diff := cmp.Diff(test.doubt, f.Tables[0].Doubt); diff != "" {
				t.Errorf("%s, cut by %q: doubt (-want +got):\n%s", name, comma, diff)
			}
			must(t, f.Close())
		}
	}
}
