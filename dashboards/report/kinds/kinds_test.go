package kinds_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/dashboards/gate"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/report"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
)

// of is what each kind is asked for in the tests' town.
var of = map[string]kinds.Asked{
	"monthly": {}, "minutes": {}, "support": {}, "village": {Unit: "V1"}, "comparison": {}, "evidence": {Member: "MB11"}, "public": {},
}

// made is a paper of a kind for its readers, by whoever may make it on the command line.
func made(t *testing.T, kind kinds.Kind, asked kinds.Asked, to gate.Audience) filetype.Made {
	t.Helper()
	m, err := try(t, kind, asked, to)
	if err != nil {
		t.Fatalf("%s: %v", kind.ID, err)
	}
	return m
}

func try(t *testing.T, kind kinds.Kind, asked kinds.Asked, to gate.Audience) (filetype.Made, error) {
	t.Helper()
	s := asktest.Opened(t)
	r, err := kind.Ask(s, asked)
	if err != nil {
		return filetype.Made{}, err
	}
	who := visitor.Visitor{Role: kind.Role, Scope: visitor.Scope{Towns: []string{s.Town.ID}}, Origin: visitor.CLI}
	of := asktest.AskedBy(t, who, s, r.Page.ID, "")
	of.Question = r.Question
	return kind.Make(t.Context(), of, kinds.Head{For: to, By: "王样本", At: time.Date(2018, 2, 5, 10, 20, 0, 0, time.UTC)}, "test")
}

var (
	blank = regexp.MustCompile(`\s+`)
	tags  = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]+>`)
)

func dense(text string) string { return blank.ReplaceAllString(text, "") }

// words are the texts of a Word file, the watermark in its head among them.
func words(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "word/document") && !strings.HasPrefix(f.Name, "word/header") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(in)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if said, is := token.(xml.CharData); is {
				b.Write(said)
			}
		}
	}
	return dense(b.String())
}

// sheets are the values of a workbook as they are stored.
func sheets(t *testing.T, file []byte) (all []string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range book.GetSheetList() {
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			all = append(all, row...)
		}
	}
	return all
}

// printed are the words of a PDF as another program reads them; empty where there is none.
func printed(t *testing.T, file []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	name := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), program, "-raw", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return dense(string(said))
}

// TestEveryKindInEveryFormatSaysTheSame: each number of the view stands in Word, PDF, the annex and the page, and so do its sentences.
func TestEveryKindInEveryFormatSaysTheSame(t *testing.T) {
	for _, kind := range kinds.All() {
		asked, known := of[kind.ID]
		if !known {
			t.Fatalf("%s: nobody tests it", kind.ID)
		}
		m := made(t, kind, asked, gate.Committee)
		paper, err := report.Lay(m.Document)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{}
		var annexed []string
		for _, format := range filetype.All() {
			var b bytes.Buffer
			if err := format.Write(&b, m); err != nil {
				t.Fatalf("%s%s: %v", kind.ID, format.Ext, err)
			}
			switch format.Ext {
			case ".docx":
				said[format.Ext] = words(t, b.Bytes())
			case ".pdf":
				if text := printed(t, b.Bytes()); text != "" {
					said[format.Ext] = text
				}
			case ".xlsx":
				annexed = sheets(t, b.Bytes())
			case ".html":
				said[format.Ext] = dense(html.UnescapeString(tags.ReplaceAllString(b.String(), "")))
			}
		}
		if !strings.Contains(said[".docx"], dense(m.Watermark)) || !strings.Contains(m.Watermark, "王样本") {
			t.Errorf("%s: the Word paper does not say for whom it is: %q", kind.ID, m.Watermark)
		}
		for format, text := range said {
			for _, sentence := range m.View.Sentences {
				if format != ".pdf" && !strings.Contains(text, dense(sentence)) {
					t.Errorf("%s%s lacks the sentence %q", kind.ID, format, sentence)
				}
			}
		}
		numbers := 0
		for _, table := range paper.Tables() {
			for _, row := range append(table.Of.Rows[:len(table.Of.Rows):len(table.Of.Rows)], table.Of.Total) {
				for i, cell := range row {
					if k := table.Of.Columns[i].Kind; k != view.ColumnNumber && k != view.ColumnRate || cell.Text == "" {
						continue
					}
					numbers++
					for _, format := range []string{".docx", ".pdf"} {
						if text, there := said[format]; there && (!strings.Contains(text, dense(cell.Text)) || !strings.Contains(text, dense(cell.Base))) {
							t.Errorf("%s%s, %s: lacks %s %s", kind.ID, format, table.Caption, cell.Text, cell.Base)
						}
					}
					if cell.Value != "" && !holds(annexed, cell.Value) {
						t.Errorf("%s.xlsx, %s: lacks %s", kind.ID, table.Caption, cell.Value)
					}
				}
			}
		}
		if numbers == 0 && kind.ID != "minutes" && kind.ID != "support" {
			t.Errorf("%s: no number was looked at", kind.ID)
		}
		t.Logf("%s: %d numbers in %d tables, in %d formats", kind.ID, numbers, len(paper.Tables()), len(said)+1)
	}
}

// holds reports whether a workbook holds a number, as it is or, for a percentage, as a share.
func holds(cells []string, value string) bool {
	return slices.ContainsFunc(cells, func(c string) bool { return same(c, value, 1) || same(c, value, 100) || same(c, value, 1000) })
}

// TestWhatAKindAsksFor: a paper of nobody, of the wrong place or for the wrong readers is refused in words.
func TestWhatAKindAsksFor(t *testing.T) {
	for _, c := range []struct {
		kind  string
		asked kinds.Asked
		to    gate.Audience
		want  string
	}{
		{"evidence", kinds.Asked{}, gate.Committee, "nothing says of whom"},
		{"evidence", kinds.Asked{Member: "MB11"}, gate.Public, "for the committee alone"},
		{"evidence", kinds.Asked{Member: "MB11"}, gate.Village, "nothing says for which village"},
		{"village", kinds.Asked{}, gate.Committee, "made of a village or branch"},
		{"support", kinds.Asked{Member: "MB11"}, gate.Committee, "takes none"},
		{"comparison", kinds.Asked{Unit: "V1"}, gate.Committee, "not made for a unit of its level"},
	} {
		kind, _ := kinds.Of(c.kind)
		if _, err := try(t, kind, c.asked, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v for %s: %v, want %q", c.kind, c.asked, c.to, err, c.want)
		}
	}
}

// TestAPublicNoticeHidesNoMoreThanItMust: stars and ranks count no persons and stand; it names nobody.
func TestAPublicNoticeHidesNoMoreThanItMust(t *testing.T) {
	kind, _ := kinds.Of("public")
	m := made(t, kind, kinds.Asked{}, "")
	if m.Passed.For != gate.Public {
		t.Fatalf("it is made for %s where nobody says", m.Passed.For)
	}
	stars := false
	for _, table := range m.View.Tables() {
		if !strings.Contains(table.Title, "星级沿革") {
			continue
		}
		stars = true
		for _, row := range table.Rows {
			for i, cell := range row {
				if strings.Contains(cell.Text+cell.Base, "＊") {
					t.Errorf("%s of %s is withheld", table.Columns[i].Title, row[1].Text)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := filetype.All()[0].Write(&b, m); err != nil {
		t.Fatal(err)
	}
	text := words(t, b.Bytes())
	if !stars || !strings.Contains(text, "星级评定") {
		t.Errorf("it holds no stars: %s", text)
	}
	for _, private := range []string{"王小明", "户主", "MB11"} {
		if strings.Contains(text, private) {
			t.Errorf("%s stands on it", private)
		}
	}
}

// TestThePageOfAPaper: the address that shows a paper is the one its form makes the file of.
func TestThePageOfAPaper(t *testing.T) {
	for id, query := range map[string]string{"support": "paper=1", "village": "paper=1&village=V1", "comparison": "paper=1&measure=on_time_rate", "evidence": "sheet=1&member=MB11", "public": "paper=1"} {
		kind, _ := kinds.Of(id)
		r, err := kind.Ask(asktest.Opened(t), of[id])
		if err != nil {
			t.Fatal(err)
		}
		shown := asktest.Asked(t, r.Page.ID, query)
		if got, is := kinds.Page(shown.Page, shown.Params); !is || got.ID != id {
			t.Errorf("%s?%s makes %q", r.Page.ID, query, got.ID)
		}
		if _, is := kinds.Page(shown.Page, asktest.Asked(t, r.Page.ID, "").Params); is {
			t.Errorf("%s without anything makes a paper", r.Page.ID)
		}
	}
}

// same reports whether a cell holds a number divided by so much, within what the written digits say.
func same(cell, value string, by float64) bool {
	a, err := strconv.ParseFloat(cell, 64)
	b, err2 := strconv.ParseFloat(value, 64)
	if err != nil || err2 != nil {
		return by == 1 && cell == value
	}
	return math.Abs(a*by-b) < 1e-6
}
