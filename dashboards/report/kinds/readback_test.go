package kinds_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	reader "github.com/ledongthuc/pdf"
	"github.com/xuri/excelize/v2"

	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

// lost is the month of which nothing came in the town that has lost one.
const lost = "2017-12"

// towns are those whose papers are read back: all there is, issues alone, and one month of which nothing came.
var towns = map[string]func(t *testing.T, town *pagetest.Town){
	"sample": func(*testing.T, *pagetest.Town) {},
	"issues only": func(t *testing.T, town *pagetest.Town) {
		for _, m := range queries.Measures() {
			if slices.ContainsFunc(m.Source, func(export string) bool {
				return !slices.Contains([]string{"issues", "villages", "branches", "files"}, export)
			}) {
				town.Exec(t, "delete from measures where measure = ?", m.ID)
			}
		}
		for _, table := range []string{"visits", "unvisited_households", "doubtful_visits", "households", "tasks", "points_days", "points_burst", "star_history", "member_load", "supports"} {
			town.Exec(t, "delete from "+table)
		}
	},
	"a lost month": func(t *testing.T, town *pagetest.Town) {
		town.Exec(t, "delete from measures where month = ?", lost)
		town.Exec(t, "update export_completeness set received = 0, in_time = 0 where month = ?", lost)
	},
}

// TestEveryNumberIsReadBack takes Word, PDF, the workbook and the page of every kind apart again: each number stands in its own row and column, each
// sentence in its own paragraph, and the figures of units are those of the snapshot.
func TestEveryNumberIsReadBack(t *testing.T) {
	for name, change := range towns {
		t.Run(name, func(t *testing.T) {
			town := pagetest.New(t)
			change(t, town)
			s := asktest.OpenedOf(t, town)
			for _, kind := range kinds.All() {
				asked, known := of[kind.ID]
				if !known {
					t.Fatalf("%s: nobody tests it", kind.ID)
				}
				if name == "issues only" && kind.ID == "comparison" {
					asked.Measure = "on_time_rate"
				}
				t.Run(kind.ID, func(t *testing.T) {
					m := madeOf(t, s, kind, asked)
					readBack(t, m, town)
				})
			}
		})
	}
}

func madeOf(t *testing.T, s facts.Snapshot, kind kinds.Kind, asked kinds.Asked) filetype.Made {
	t.Helper()
	r, err := kind.Ask(s, asked)
	if err != nil {
		t.Fatal(err)
	}
	who := visitor.Visitor{Role: kind.Role, Scope: visitor.Scope{Towns: []string{s.Town.ID}}, Origin: visitor.CLI}
	of := asktest.AskedBy(t, who, s, r.Page.ID, "")
	of.Question = r.Question
	m, err := kind.Make(t.Context(), of, kinds.Head{For: gate.Committee, By: "王样本", At: time.Date(2018, 2, 5, 10, 20, 0, 0, time.UTC)}, "test")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func readBack(t *testing.T, m filetype.Made, town *pagetest.Town) {
	t.Helper()
	paper, err := report.Lay(m.Document)
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	for _, format := range filetype.All() {
		var b bytes.Buffer
		if err := format.Write(&b, m); err != nil {
			t.Fatalf("%s: %v", format.Ext, err)
		}
		back := map[string]func(*testing.T, []byte, filetype.Made, report.Paper) int{".docx": fromWord, ".pdf": fromPDF, ".xlsx": fromWorkbook, ".html": fromPage}[format.Ext]
		if back == nil {
			t.Fatalf("nobody reads %s back", format.Ext)
		}
		if format.Ext == ".docx" && (!strings.Contains(words(t, b.Bytes()), dense(m.Watermark)) || !strings.Contains(m.Watermark, "王样本")) {
			t.Errorf("Word does not say for whom it is: %q", m.Watermark)
		}
		numbers[format.Ext] = back(t, b.Bytes(), m, paper)
	}
	if numbers[".docx"] != numbers[".pdf"] || numbers[".xlsx"] < numbers[".docx"]/2 || numbers[".html"] < numbers[".docx"]/2 {
		t.Errorf("as many numbers were not read back from every format: %v", numbers)
	}
	t.Logf("%v numbers, %d of them against the snapshot", numbers, againstSnapshot(t, m, town))
}

func isNumber(c view.Column, cell view.Cell) bool {
	return (c.Kind == view.ColumnNumber || c.Kind == view.ColumnRate) && strings.ContainsAny(cell.Text, "0123456789")
}

func rowsOf(t *view.Table) [][]view.Cell {
	if len(t.Total) == 0 {
		return t.Rows
	}
	return append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total)
}

// fromWord compares the tables of Word cell by cell, and its sentences paragraph by paragraph.
func fromWord(t *testing.T, file []byte, m filetype.Made, paper report.Paper) (numbers int) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	in, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Body struct {
			Paragraphs []wordParagraph `xml:"p"`
			Tables     []struct {
				Rows []struct {
					Cells []struct {
						Paragraphs []wordParagraph `xml:"p"`
					} `xml:"tc"`
				} `xml:"tr"`
			} `xml:"tbl"`
		} `xml:"body"`
	}
	if err := xml.NewDecoder(in).Decode(&document); err != nil {
		t.Fatal(err)
	}
	var paragraphs []string
	for _, p := range document.Body.Paragraphs {
		paragraphs = append(paragraphs, p.said())
	}
	for _, s := range m.View.Sentences {
		if !slices.Contains(paragraphs, s) {
			t.Errorf("Word: no paragraph says %q", s)
		}
	}
	tables := paper.Tables()
	if len(document.Body.Tables) != len(tables) {
		t.Fatalf("Word: %d tables, the view %d", len(document.Body.Tables), len(tables))
	}
	for n, table := range tables {
		rows := rowsOf(table.Of)
		if got := len(document.Body.Tables[n].Rows) - 1; got != len(rows) {
			t.Fatalf("Word, %s: %d rows, the view %d", table.Caption, got, len(rows))
		}
		for y, row := range rows {
			for x, cell := range row {
				var got []string
				for _, p := range document.Body.Tables[n].Rows[y+1].Cells[x].Paragraphs {
					got = append(got, p.said())
				}
				if want := report.Lines(cell, m.Language); !slices.Equal(got, want) {
					t.Errorf("Word, %s, row %d, %s: %q, the view says %q", table.Caption, y+1, table.Of.Columns[x].Title, got, want)
				}
				if isNumber(table.Of.Columns[x], cell) {
					numbers++
				}
			}
		}
	}
	return numbers
}

type wordParagraph struct {
	Texts []string `xml:"r>t"`
}

func (p wordParagraph) said() string { return strings.Join(p.Texts, "") }

// pdfFurniture is what a page adds between two rows of a table: its number, for whom the paper is, and the head once more.
var pdfFurniture = regexp.MustCompile(`—\d+—`)

// fromPDF follows the text of the file in the order in which it is set: below each caption stand the head and the rows, one after the other, and
// nothing else between them than what a new page brings.
func fromPDF(t *testing.T, file []byte, m filetype.Made, paper report.Paper) (numbers int) {
	t.Helper()
	text := pdfText(t, file)
	for _, s := range m.View.Sentences {
		if !strings.Contains(pdfFurniture.ReplaceAllString(strings.ReplaceAll(text, dense(m.Watermark), ""), ""), dense(s)) {
			t.Errorf("PDF: it does not say %q", s)
		}
	}
	at := 0
	for _, table := range paper.Tables() {
		caption := dense("表" + strconv.Itoa(table.Number) + table.Caption)
		found := strings.Index(text[at:], caption)
		if found < 0 {
			t.Errorf("PDF: no caption %q", caption)
			continue
		}
		at += found + len(caption)
		head := ""
		for _, c := range table.Of.Columns {
			head += dense(report.Head(c, m.Language.Lang))
		}
		if !strings.HasPrefix(text[at:], head) {
			t.Errorf("PDF, %s: below the caption stands %.60q, not the head %q", table.Caption, text[at:], head)
			continue
		}
		at += len(head)
		for y, row := range rowsOf(table.Of) {
			want := ""
			for x, cell := range row {
				want += strings.ReplaceAll(dense(strings.Join(report.Lines(cell, m.Language), "")), "✗", "×") // of which no face has the other sign
				if isNumber(table.Of.Columns[x], cell) {
					numbers++
				}
			}
			found := strings.Index(text[at:], want)
			if found < 0 {
				t.Errorf("PDF, %s, row %d: it does not say %q, but %.120q", table.Caption, y+1, want, text[at:])
				break
			}
			between := strings.ReplaceAll(strings.ReplaceAll(text[at:at+found], dense(m.Watermark), ""), head, "")
			if pdfFurniture.ReplaceAllString(between, "") != "" {
				t.Errorf("PDF, %s: before row %d stands %q", table.Caption, y+1, between)
			}
			at += found + len(want)
		}
	}
	return numbers
}

func pdfText(t *testing.T, file []byte) string {
	t.Helper()
	r, err := reader.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for n := 1; n <= r.NumPage(); n++ {
		reader.Interpret(r.Page(n).V.Key("Contents"), func(stack *reader.Stack, operator string) {
			var operands []reader.Value
			for stack.Len() > 0 {
				operands = append(operands, stack.Pop())
			}
			if operator != "Tj" || len(operands) != 1 {
				return
			}
			raw := operands[0].RawString()
			codes := make([]uint16, 0, len(raw)/2)
			for i := 0; i+1 < len(raw); i += 2 {
				codes = append(codes, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			text.WriteString(string(utf16.Decode(codes)))
		})
	}
	return dense(text.String())
}

// fromWorkbook compares the sheets that the contents name with the tables of the view, value by value as it is stored.
func fromWorkbook(t *testing.T, file []byte, m filetype.Made, paper report.Paper) (numbers int) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	contents, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	byLabel := map[string]string{}
	for _, row := range contents[1:] {
		byLabel[row[0]] = row[2]
	}
	for _, table := range paper.Tables() {
		name := byLabel["表"+strconv.Itoa(table.Number)]
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Errorf("workbook, %s: %v", table.Caption, err)
			continue
		}
		head, grid := render.Grid(table.Of, m.Language.Lang)
		for y, line := range grid {
			if y == len(table.Of.Rows) && len(rows) < len(grid)+1 { // the paper cut the table: its total stands further down
				y = len(rows) - 2
			}
			for x, value := range line {
				want, is := value.(spreadsheet.Number)
				if !is {
					continue
				}
				numbers++
				got := ""
				if y+1 < len(rows) && x < len(rows[y+1]) {
					got = rows[y+1][x]
				}
				by := 1.0
				if strings.HasSuffix(head[x], " (%)") {
					by = 100
				}
				if !same(got, string(want), by) && len(table.Of.Total) == 0 {
					t.Errorf("workbook, %s, row %d, %s: %q, the view says %s", name, y+1, head[x], got, want)
				} else if !same(got, string(want), by) && len(rows) == len(grid)+1 {
					t.Errorf("workbook, %s, row %d of %d, %s: %q, the view says %s", name, y+1, len(rows)-1, head[x], got, want)
				}
			}
		}
	}
	return numbers
}

var (
	htmlTable = regexp.MustCompile(`(?s)<table.*?</table>`)
	htmlHead  = regexp.MustCompile(`(?s)<th scope="col".*?</th>`)
	htmlRow   = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	htmlCell  = regexp.MustCompile(`(?s)<td.*?</td>`)
)

func plain(markup string) string {
	return dense(html.UnescapeString(tags.ReplaceAllString(markup, "")))
}

// fromPage compares the tables of the page cell by cell: each ends with the value, its base, its interval and what is said of it.
func fromPage(t *testing.T, file []byte, m filetype.Made, paper report.Paper) (numbers int) {
	t.Helper()
	text := string(file)
	for _, s := range m.View.Sentences {
		if !strings.Contains(text, "<li>"+html.EscapeString(s)+"</li>") && !strings.Contains(plain(text), dense(s)) {
			t.Errorf("page: it does not say %q", s)
		}
	}
	shown := htmlTable.FindAllString(text, -1)
	for _, table := range paper.Tables() {
		if table.Of.ID == "stats" || table.Of.ID == "worked" { // tiles and workings on a page
			continue
		}
		n := slices.IndexFunc(shown, func(markup string) bool { return isTable(markup, table.Of) })
		if n < 0 {
			numbers += inTiles(t, plain(text), table)
			continue
		}
		rows := htmlRow.FindAllStringSubmatch(shown[n], -1)[1:]
		shown = slices.Delete(shown, n, n+1)
		for y, row := range rowsOf(table.Of) {
			if y >= len(table.Of.Rows) {
				y = len(rows) - 1
			}
			if y >= len(rows) { // the page shows the first of them
				break
			}
			cells := htmlCell.FindAllString(rows[y][1], -1)
			for x, cell := range row {
				want := dense(cell.Text + cell.Base + cell.Interval + cell.Note)
				if got := plain(cells[x]); !strings.HasSuffix(got, want) {
					t.Errorf("page, %s, row %d, %s: %q, the view says %q", table.Caption, y+1, table.Of.Columns[x].Title, got, want)
				}
				if isNumber(table.Of.Columns[x], cell) {
					numbers++
				}
			}
		}
	}
	return numbers
}

// farthest is how many characters behind the name of a tile its number stands at most.
const farthest = 60

// inTiles looks for the numbers of a table that the page shows as tiles: each behind its name.
func inTiles(t *testing.T, text string, table report.Table) (numbers int) {
	t.Helper()
	for y, row := range rowsOf(table.Of) {
		_, behind, named := strings.Cut(text[strings.Index(text, dense(table.Caption)):], dense(row[0].Text))
		for x, cell := range row {
			if !isNumber(table.Of.Columns[x], cell) {
				continue
			}
			numbers++
			if near := []rune(behind); !named || !strings.Contains(string(near[:min(len(near), farthest)]), dense(cell.Text)) {
				t.Errorf("page: %s, row %d, %s: neither a table nor a tile says %q", table.Caption, y+1, table.Of.Columns[x].Title, cell.Text)
			}
		}
	}
	return numbers
}

// isTable reports whether a table of the page has the columns and the first row of one of the view.
func isTable(markup string, t *view.Table) bool {
	heads := htmlHead.FindAllString(markup, -1)
	if len(heads) != len(t.Columns) {
		return false
	}
	for i, c := range t.Columns {
		if !strings.HasPrefix(plain(heads[i]), dense(c.Title)) {
			return false
		}
	}
	rows := htmlRow.FindAllStringSubmatch(markup, -1)
	if len(rows) < 2 || len(t.Rows) == 0 {
		return len(t.Rows) == 0
	}
	cells := htmlCell.FindAllString(rows[1][1], -1)
	return len(cells) == len(t.Columns) && strings.HasSuffix(plain(cells[0]), dense(t.Rows[0][0].Text+t.Rows[0][0].Base+t.Rows[0][0].Interval+t.Rows[0][0].Note))
}

// monthOf is a month as a column has it: 2018年1月.
var monthOf = regexp.MustCompile(`^(\d{4})年(\d{1,2})月$`)

// againstSnapshot compares the figures of units with the rows of the snapshot, and gives how many: tables whose columns are measures and whose rows
// are units, and those whose rows are measures and whose columns are months. What the snapshot does not know is no number on a paper.
func againstSnapshot(t *testing.T, m filetype.Made, town *pagetest.Town) (compared int) {
	t.Helper()
	r := m.Screen.Request
	measures := map[string]queries.Measure{}
	for _, q := range queries.Measures() {
		measures[q.Name.Zh], measures[q.Short.Zh] = q, q
	}
	delete(measures, "")
	look := func(table string, q queries.Measure, unit, month string, cell view.Cell) {
		found, err := town.Query(t.Context(), "select numerator, denominator, value from measures where measure = ? and unit_name = ? and month = ? and value is not null", q.ID, unit, month)
		if err != nil {
			t.Fatal(err)
		}
		compared++
		if len(found.Rows) == 0 {
			if cell.Num != "" || cell.Den != "" || regexp.MustCompile(`^[0-9]`).MatchString(cell.Value) {
				t.Errorf("%s: %s of %s in %s is %q %s/%s, which the snapshot does not know", table, q.ID, unit, month, cell.Text, cell.Num, cell.Den)
			}
			return
		}
		number := func(v any) float64 { n, _ := v.(float64); return n }
		num, den, value := number(found.Rows[0][0]), number(found.Rows[0][1]), number(found.Rows[0][2])
		if q.Rate() {
			if !close(cell.Num, num, 1e-9) || !close(cell.Den, den, 1e-9) {
				t.Errorf("%s: %s of %s in %s stands on %s/%s, in the snapshot on %v/%v", table, q.ID, unit, month, cell.Num, cell.Den, num, den)
			}
			if q.Unit == "share" {
				value *= 100
			}
		}
		if !close(cell.Value, value, 0.06) {
			t.Errorf("%s: %s of %s in %s is %s, in the snapshot %v", table, q.ID, unit, month, cell.Value, value)
		}
	}
	units := map[string]bool{}
	for _, u := range append(append([]facts.Unit{r.Town}, r.Villages...), r.Branches...) {
		units[u.Name] = true
	}
	for _, table := range m.View.Tables() {
		for _, row := range rowsOf(table) {
			for i, c := range table.Columns {
				if q, is := measures[c.Title]; is && i < len(row) && units[row[0].Text] && strings.HasSuffix(table.Title, "· "+r.MonthName(r.Month)) {
					look(table.Title, q, row[0].Text, r.Month, row[i])
				}
				if q, is := measures[row[0].Text]; is && i < len(row) && strings.Contains(table.Title, "相比") {
					if month := monthOf.FindStringSubmatch(c.Title); month != nil {
						n, _ := strconv.Atoi(month[2])
						look(table.Title, q, r.Unit().Name, month[1]+"-"+twoDigits(n), row[i])
					}
				}
			}
		}
	}
	return compared
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func close(written string, n, within float64) bool {
	got, err := strconv.ParseFloat(written, 64)
	return err == nil && math.Abs(got-n) <= within
}
