package load

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/pipelines"
)

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
		var refused *fileError
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		for _, row := range seen.rows {
			for _, cell := range row.cells {
				if len(cell) > 1<<16 {
					t.Fatalf("row %d: a cell of %d bytes passed a limit of %d", row.no, len(cell), 1<<16)
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

// FuzzLoad hands in any lines under the header of an export that refers to registries: the run ends, and what it read
// is accepted, quarantined or ignored, to the last row (town.load holds that). The same file once more changes nothing.
func FuzzLoad(f *testing.F) {
	_, lines, _ := strings.Cut(visitsCSV, "\n")
	f.Add(lines)
	f.Add("T1,H9,M9,3000-01-01,飞鸽,-1\nT0,H1,M1,2018-01-08,入户,25\nT0,H1,M1,2018-01-08,入户,25\n,,,,,\n合计,,,,,30\nT2\nT3,H1,M1,2018-01-08,入户,25,多,余\n")
	f.Add("\"T1\nT2\",H1,M1,43108.8125,home,１２\nT3,H3,M3,2018/1/8 7:05,,\n")
	header, _, _ := strings.Cut(visitsCSV, "\n")
	f.Fuzz(func(t *testing.T, lines string) {
		if len(lines) > 2000 || !utf8.ValidString(lines) {
			t.Skip()
		}
		town := newTown(t)
		town.registries()
		town.drop("走访.csv", []byte(header+"\n"+lines))
		town.load()
		const visits = "select visit_id, household_id, member_id, visited_at, channel, minutes from exports.visits order by all"
		once := town.lines(visits)
		town.drop("又一份.csv", []byte(header+"\n"+lines+"\n"))
		town.load()
		if diff := cmp.Diff(once, town.lines(visits)); diff != "" {
			t.Errorf("the same rows in a second file changed what is known: %s", diff)
		}
	})
}

// FuzzDraft proposes a mapping for a file whose name, headers and words are anything a sheet may hold: what is written
// for a person to confirm is a mapping file, claims the file it was made from, and means the headers it was made of, the
// guesses too once they are uncovered.
func FuzzDraft(f *testing.F) {
	f.Add("走访2018年1月.xlsx", "走访时间", "说明", "飞鸽", "2018-01-08")
	f.Add("a: [b].csv", "办结\n时间", "# 备注", "是: 否", "\"")
	f.Add("-.csv", "~", "null", "*a", "\t#?")
	f.Add("x\n.csv", "{a: b}", "\u2028线", "\x01", "\u0085")
	f.Fuzz(func(t *testing.T, file, header, guess, word, example string) {
		for _, text := range []string{file, header, guess, word, example} {
			if !utf8.ValidString(text) || len(text) > 200 {
				t.Skip()
			}
		}
		if header == "" || guess == "" || word == "" || strings.ContainsAny(file, "/\x00") || file == "" || file == "." || file == ".." {
			t.Skip()
		}
		p := pipelines.Proposal{File: file, Pattern: Pattern(file), Export: "visits", Columns: []pipelines.ProposedColumn{
			{Header: header, Column: "visited_at", Sure: true, Examples: []string{example}},
			{Header: guess, Column: "note", Examples: []string{example}},
			{Header: example},
		}, Missing: []string{"visit_id"}, Words: []pipelines.UnknownWord{{Column: "channel", Word: word, Rows: 1, Means: "home"}}}
		text := DraftOf(guess, p, pipelines.MappingAsk{})
		for draft, columns := range map[string]map[string]string{
			text:                                {"visited_at": header},
			strings.ReplaceAll(text, "#? ", ""): {"visited_at": header, "note": guess},
		} {
			m, err := ParseMapping([]byte(draft))
			if err != nil {
				if draft != text && strings.Contains(guess+header+word+example+file, "#? ") {
					continue // uncovered by the replacement above, not by a person
				}
				t.Fatalf("%v in\n%s", err, draft)
			}
			if matched, err := path.Match(m.Files[0], file); err != nil || !matched {
				t.Fatalf("the pattern %q does not claim %q (%v)", m.Files[0], file, err)
			}
			for id, want := range columns {
				if got := m.Exports[0].Columns[id]; got.Header != want && !strings.Contains(want, "#? ") {
					t.Fatalf("%s is %+v, made of %q in\n%s", id, got, want, draft)
				}
			}
		}
	})
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

// FuzzDayNamed reads a day out of any title: a day of this century, written in the title.
func FuzzDayNamed(f *testing.F) {
	for _, title := range []string{"截至2018年1月31日", "村名册_2018-06-05", "2018.1", "20180131", "2018年13月", "2018-02-31", "1999年1月"} {
		f.Add(title)
	}
	f.Fuzz(func(t *testing.T, title string) {
		if day, ok := dayNamed(title); ok && !strings.Contains(title, fmt.Sprint(day.Year())) {
			t.Fatalf("%q names %v", title, day)
		}
	})
}
