package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/page"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/report"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/view"
)

// notice is the monthly notice of the tests' town.
func notice(t *testing.T, query string) report.Document {
	t.Helper()
	r := asktest.Asked(t, "report", query)
	v, err := page.View(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return report.Document{View: v, Language: r.Language, Version: "test", Draw: drawn}
}

// drawn is a picture of every chart that is one pixel.
func drawn(b view.Block) (report.Drawing, error) {
	if _, is := b.(*view.Chart); !is {
		return report.Drawing{}, report.ErrNotDrawn
	}
	return report.Drawing{PNG: func() ([]byte, error) { return []byte("\x89PNG\r\n\x1a\n"), nil }, Width: 600, Height: 150}, nil
}

func written(t *testing.T, d report.Document, own *docx.Template) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, d, own); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// element is markup as a reader of Word takes it apart.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Content  string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all are the elements of a name below e, in order.
func (e element) all(name string) (found []element) {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

func (e element) text() string {
	var b strings.Builder
	for _, t := range e.all("t") {
		b.WriteString(t.Content)
	}
	return b.String()
}

func parts(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// names are those of all parts, one that is there twice named twice.
func names(t *testing.T, file []byte) (all []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		all = append(all, f.Name)
	}
	return all
}

func part(t *testing.T, file []byte, name string) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal(parts(t, file)[name], &e); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSheetIsThatOfTheStandard(t *testing.T) {
	file := written(t, notice(t, "month=2018-01"), nil)
	section := part(t, file, "word/document.xml").all("sectPr")[0]
	margins, size, grid := section.all("pgMar")[0], section.all("pgSz")[0], section.all("docGrid")[0]
	const twipsPerMillimetre = 1440 / 25.4
	for side, want := range map[string]float64{"top": 37, "bottom": 35, "left": 28, "right": 26} {
		if got := number(t, margins.attr(side)) / twipsPerMillimetre; math.Abs(got-want) > 0.1 {
			t.Errorf("the margin %s is %.2f mm, want %v", side, got, want)
		}
	}
	w, h := number(t, size.attr("w")), number(t, size.attr("h"))
	if math.Abs(w/twipsPerMillimetre-210) > 0.1 || math.Abs(h/twipsPerMillimetre-297) > 0.1 {
		t.Errorf("the sheet is %v × %v twips, no A4", w, h)
	}
	pitch, space := number(t, grid.attr("linePitch")), number(t, grid.attr("charSpace"))
	if lines := math.Floor((h - number(t, margins.attr("top")) - number(t, margins.attr("bottom"))) / pitch); grid.attr("type") != "linesAndChars" || lines != 22 {
		t.Errorf("the grid %q holds %v lines, want 22", grid.attr("type"), lines)
	}
	letter := 16 + space/4096 // in points
	if letters := math.Floor((w - number(t, margins.attr("left")) - number(t, margins.attr("right"))) / 20 / letter); letters != 28 {
		t.Errorf("a line holds %v characters, want 28", letters)
	}
	if n := len(part(t, file, "word/settings.xml").all("evenAndOddHeaders")); n != 1 {
		t.Error("even pages have no foot of their own")
	}
	for name, want := range map[string]string{"word/footerOdd.xml": "right", "word/footerEven.xml": "left"} {
		foot := part(t, file, name)
		if foot.all("jc")[0].attr("val") != want || foot.text() != "— 1 —" || !strings.Contains(string(parts(t, file)[name]), " PAGE ") {
			t.Errorf("%s: the number does not stand between dashes on the %s: %q", name, want, foot.text())
		}
	}
}

func TestStylesAreThoseOfTheStandard(t *testing.T) {
	file := written(t, notice(t, "month=2018-01"), nil)
	styles := map[string]element{}
	for _, s := range part(t, file, "word/styles.xml").all("style") {
		styles[s.all("name")[0].attr("val")] = s
	}
	for name, want := range map[string][2]string{"Normal": {"仿宋", "32"}, "Title": {"方正小标宋简体", "44"}, "heading 1": {"黑体", "32"}, "heading 2": {"楷体", "32"}, "heading 3": {"仿宋", "32"}} {
		s, is := styles[name]
		if !is {
			t.Errorf("there is no style %s", name)
			continue
		}
		if font, size := s.all("rFonts")[0].attr("eastAsia"), s.all("sz")[0].attr("val"); font != want[0] || size != want[1] {
			t.Errorf("the style %s is set in %s, %s half-points; want %v", name, font, size, want)
		}
	}
	var numbers []string
	for _, l := range part(t, file, "word/numbering.xml").all("lvl") {
		numbers = append(numbers, l.all("numFmt")[0].attr("val")+" "+l.all("lvlText")[0].attr("val")+" "+l.all("pStyle")[0].attr("val"))
	}
	if want := []string{"chineseCounting %1、 Heading1", "chineseCounting （%2） Heading2", "decimal %3. Heading3", "decimal （%4） Heading4"}; !slices.Equal(numbers, want) {
		t.Errorf("heads are numbered %q, want %q", numbers, want)
	}
	for name, body := range parts(t, file) {
		if strings.Contains(name, "embed") || bytes.Contains(body, []byte("w:embedRegular")) {
			t.Errorf("%s: a font is embedded", name)
		}
	}
	ids := map[string]bool{}
	for _, s := range part(t, file, "word/styles.xml").all("style") {
		ids[s.attr("styleId")] = true
	}
	for _, used := range append(part(t, file, "word/document.xml").all("pStyle"), part(t, file, "word/document.xml").all("tblStyle")...) {
		if !ids[used.attr("val")] {
			t.Errorf("the text names the style %s, which does not exist", used.attr("val"))
		}
	}
}

// TestEveryNumberIsTheViews reads the tables and sentences of the file back.
func TestEveryNumberIsTheViews(t *testing.T) {
	for _, query := range []string{"month=2018-01", "month=2018-01&lang=en", "month=2017-08", "month=2018-01&village=V1"} {
		d := notice(t, query)
		paper, err := report.Lay(d)
		if err != nil {
			t.Fatal(err)
		}
		document := part(t, written(t, d, nil), "word/document.xml")
		tables := document.all("tbl")
		if len(tables) != len(paper.Tables()) || len(tables) < 5 {
			t.Fatalf("%s: the file has %d tables, the view %d", query, len(tables), len(paper.Tables()))
		}
		for n, of := range paper.Tables() {
			rows := tables[n].all("tr")
			if len(rows[0].all("tblHeader")) != 1 {
				t.Errorf("%s: the head of table %d is not repeated on the next page", query, n+1)
			}
			want := of.Of.Rows
			if len(of.Of.Total) > 0 {
				want = append(slices.Clone(want), of.Of.Total)
			}
			if len(rows)-1 != len(want) {
				t.Errorf("%s: table %d %q has %d rows, the view %d", query, n+1, of.Caption, len(rows)-1, len(want))
				continue
			}
			for i, row := range want {
				for j, cell := range rows[i+1].all("tc") {
					if got, want := cell.text(), strings.Join(report.Lines(row[j], d.Language), ""); got != want {
						t.Errorf("%s: table %d, row %d, column %d says %q, the view %q", query, n+1, i+1, j+1, got, want)
					}
				}
			}
		}
		text := document.text()
		for _, s := range d.View.Sentences {
			if !strings.Contains(text, s) {
				t.Errorf("%s: the file does not say %q", query, s)
			}
		}
		for _, line := range d.View.Letterhead.Basis {
			if !strings.Contains(text, line) {
				t.Errorf("%s: the file does not stand on %q", query, line)
			}
		}
	}
}

func TestPicturesAreDescribedAndCaptioned(t *testing.T) {
	file := written(t, notice(t, "month=2018-01"), nil)
	document := part(t, file, "word/document.xml")
	pictures := document.all("docPr")
	if len(pictures) < 3 {
		t.Fatalf("%d pictures", len(pictures))
	}
	seen := map[string]bool{}
	for _, p := range pictures {
		if p.attr("descr") == "" || seen[p.attr("id")] {
			t.Errorf("the picture %q has no words of its own for those who cannot see it, or its ID twice", p.attr("name"))
		}
		seen[p.attr("id")] = true
	}
	fields := 0
	for _, f := range document.all("instrText") {
		if strings.Contains(f.Content, "SEQ") {
			fields++
		}
	}
	if want := len(document.all("tbl")) + len(pictures); fields != want {
		t.Errorf("%d captions number themselves, want %d", fields, want)
	}
	// Without a picture its table stands in its place.
	bare := notice(t, "month=2018-01")
	bare.Draw = nil
	if n := len(part(t, written(t, bare, nil), "word/document.xml").all("tbl")); n <= len(document.all("tbl")) {
		t.Errorf("without pictures the file has %d tables", n)
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	if !bytes.Equal(written(t, notice(t, "month=2018-01"), nil), written(t, notice(t, "month=2018-01"), nil)) {
		t.Error("the same notice gave other bytes")
	}
}

// small is a paper with everything an official one may have.
func small() report.Document {
	t := &view.Table{ID: "t", Title: "表题", Columns: []view.Column{view.Words("村"), view.Number("件")}, Rows: [][]view.Cell{{view.Plain("甲村"), view.Count(3)}}}
	return report.Document{Language: language.Language{Lang: language.Chinese}, Watermark: "仅供镇党委 · 王样本", View: view.View{Heading: "通报", Sentences: []string{"一句\x01话<b>。"}, Blocks: []view.Block{t, view.Section{Title: "情况"}, view.Points{Lines: []string{"一条"}}},
		Letterhead: &view.Letterhead{Issuer: "试镇党委", Period: "2018年1月", RedHead: "中共试镇委员会文件", Number: "试党〔2018〕3号", To: "各村党总支", Date: "2018年2月5日"}}}
}

func TestPartsOfAnOfficialPaper(t *testing.T) {
	file := written(t, small(), nil)
	text := part(t, file, "word/document.xml").text()
	last := 0
	for _, want := range []string{"中共试镇委员会文件", "试党〔2018〕3号", "通报", "各村党总支：", "一句\uFFFD话<b>。", "附件：", "试镇党委", "2018年2月5日", "附件", "情况"} {
		at := strings.Index(text[last:], want)
		if at < 0 {
			t.Fatalf("after %q the paper does not say %q: %s", text[:last], want, text)
		}
		last += at + len(want)
	}
	if head := part(t, file, "word/header.xml").text(); head != "仅供镇党委 · 王样本" {
		t.Errorf("pages say %q of whom they are for", head)
	}
	plain := small()
	plain.View.Letterhead.RedHead, plain.View.Letterhead.Number, plain.Watermark = "", "", ""
	if names := parts(t, written(t, plain, nil)); names["word/header.xml"] != nil {
		t.Error("a paper without a watermark has a header")
	}
	nobody := small()
	nobody.View.Letterhead = nil
	if err := docx.Write(io.Discard, nobody, nil); err == nil {
		t.Error("a paper that nobody issues was written")
	}
}
