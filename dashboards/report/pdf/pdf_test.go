package pdf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	reader "github.com/ledongthuc/pdf"

	"hulian/dashboards/drawing"
	"hulian/dashboards/language"
	"hulian/dashboards/page"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/report"
	"hulian/dashboards/view"
)

// notice is the monthly notice of the small town of the tests.
func notice(t testing.TB, query string) report.Document {
	t.Helper()
	one, ok := t.(*testing.T)
	if !ok {
		t.Fatal("the town is made for tests")
	}
	r := asktest.Asked(one, "report", query)
	v, err := page.Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return report.Document{View: v, Language: r.Language, Version: "test", Draw: drawing.Draw, Watermark: "仅供镇党委使用·王样本", About: [][2]string{{"数据截至", "2018-01-31"}}}
}

func written(t testing.TB, d report.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read gives the text of each page in the order in which it was set, by a reader of its own. The codes of a text are UTF-16, which the map of
// each face says.
func read(t testing.TB, file []byte) (pages []string) {
	t.Helper()
	r, err := reader.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= r.NumPage(); n++ {
		p := r.Page(n)
		for _, name := range p.Fonts() {
			if f := p.Font(name); f.V.Key("Encoding").Name() != "Identity-H" || f.V.Key("ToUnicode").Kind() != reader.Stream {
				t.Fatalf("page %d: the text in %s cannot be searched", n, name)
			}
			if f := p.Font(name).V.Key("DescendantFonts").Index(0).Key("FontDescriptor").Key("FontFile2"); f.Kind() != reader.Stream {
				t.Fatalf("page %d: the face %s is not in the file", n, name)
			}
		}
		var text strings.Builder
		reader.Interpret(p.V.Key("Contents"), func(stack *reader.Stack, operator string) {
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
		pages = append(pages, text.String())
	}
	return pages
}

var blank = regexp.MustCompile(`[\s\x{3000}]+`)

func dense(text string) string { return blank.ReplaceAllString(text, "") }

// said is everything a paper says, in order, and the heads that may come back on a later page.
func said(t testing.TB, d report.Document) (all, heads []string) {
	t.Helper()
	p, err := report.Lay(d)
	if err != nil {
		t.Fatal(err)
	}
	l := p.Letterhead
	period, annex := "（"+l.Period+"）", p.Title+"情况"
	if l.Draft {
		period = "（" + l.Period + "，送审稿）"
	}
	if d.Language.Lang == language.English {
		period, annex = strings.NewReplacer("（", "(", "，送审稿", ", draft", "）", ")").Replace(period), p.Title+": the figures"
	}
	all = append(all, p.Title, period)
	items := func(items []report.Item) {
		for _, i := range items {
			switch i := i.(type) {
			case report.Heading:
				all = append(all, i.Text)
			case report.Paragraph:
				all = append(all, i.Lead, i.Text)
			case report.Entry:
				all = append(all, i.Text)
			case report.Picture:
				all = append(append(all, texts(t, i.Drawing.SVG)...), i.Caption)
			case report.Table:
				all = append(all, i.Caption)
				head := ""
				for _, c := range i.Of.Columns {
					all = append(all, report.Head(c, d.Language.Lang))
					head += report.Head(c, d.Language.Lang)
				}
				heads = append(heads, dense(head))
				for _, row := range append(i.Of.Rows[:len(i.Of.Rows):len(i.Of.Rows)], i.Of.Total) {
					for _, c := range row {
						all = append(all, report.Lines(c, d.Language)...)
					}
				}
			}
		}
	}
	items(p.First)
	all = append(all, annex, l.Issuer, l.Date, annex)
	items(p.Rest)
	return all, heads
}

func texts(t testing.TB, svg string) (all []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if err != nil {
			return all
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
	}
}

// furniture is what the sheet adds: numbers of captions and of heads, the words before a list, room for a date.
var furniture = regexp.MustCompile(`^(表\d+|图\d+|Table\d+|Figure\d+|[一二三四五六七八九十]+、|\d+\.|附件：|附件|Attachment:|Attachment|年月日|\(date\)|：|:)*$`)

// Every number and word of the view stands in the file, in its order; and the file says nothing else.
func TestThePDFSaysWhatTheViewSays(t *testing.T) {
	for _, query := range []string{"", "lang=en", "village=V2", "month=2017-12"} {
		d := notice(t, query)
		file := written(t, d)
		text := ""
		for n, p := range read(t, file) {
			if !strings.Contains(dense(p), fmt.Sprintf("—%d—", n+1)) || !strings.Contains(p, d.Watermark) {
				t.Errorf("%s: page %d lacks its number, or for whom it is", query, n+1)
			}
			p = strings.ReplaceAll(dense(p), dense(d.Watermark), "")
			text += strings.Replace(p, fmt.Sprintf("—%d—", n+1), "\x00", 1)
		}
		parts, heads := said(t, d)
		for _, head := range heads { // it comes back where a table goes on
			text = strings.ReplaceAll(text, "\x00"+head, "\x00")
		}
		numbers := 0
		for _, part := range parts {
			part = dense(part)
			at, cut := find(text, part)
			if at < 0 {
				t.Fatalf("%s: the file does not say %q after what stands before it; it goes on %q", query, part, text[:min(len(text), 300)])
			}
			if between := strings.ReplaceAll(text[:at], "\x00", ""); !furniture.MatchString(between) {
				t.Errorf("%s: before %q the file says %q, which the view does not", query, part, between)
			}
			text = text[cut:]
			numbers += len(regexp.MustCompile(`\d+`).FindAllString(part, -1))
		}
		if rest := strings.Trim(text, "\x00"); rest != "" {
			t.Errorf("%s: at its end the file says %q, which the view does not", query, rest)
		}
		if numbers < 200 {
			t.Errorf("%s: only %d numbers were compared", query, numbers)
		}
	}
}

// find looks for a text that may go on behind the turn of a page, and says where it begins and ends.
func find(text, part string) (at, end int) {
	near := text[:min(len(text), len(part)+2000)]
	if at := strings.Index(near, part); at >= 0 {
		return at, at + len(part)
	}
	for at := range near {
		i, n := at, 0
		for n < len(part) && i < len(text) && (text[i] == part[n] || n > 0 && text[i] == 0) {
			if text[i] != 0 {
				n++
			}
			i++
		}
		if n == len(part) {
			return at, i
		}
	}
	return -1, -1
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	d := notice(t, "")
	if !bytes.Equal(written(t, d), written(t, d)) {
		t.Error("two files of one document differ")
	}
}

// small is a document of few words.
func small(sentences ...string) report.Document {
	return report.Document{Language: language.Language{Lang: language.Chinese}, View: view.View{Heading: "通报", Sentences: sentences, Letterhead: &view.Letterhead{Issuer: "逍林镇党委", Period: "2018年1月"}}}
}

// A rare character is drawn or stands as 〓, and the paper says so: nothing is dropped.
func TestRareCharactersAreSaid(t *testing.T) {
	text := strings.Join(read(t, written(t, small("请王𬭊、李𪚥和张㛃到会。"))), "")
	for _, want := range []string{"请王", "、李〓和张㛃到会。", "字库缺字，以“〓”代替：U+2A6A5（见“", "不能检索：U+2CB4A"} {
		if !strings.Contains(dense(text), want) {
			t.Errorf("the file does not say %q: %q", want, text)
		}
	}
}

// A table that no page holds goes on under its head, and so does a row.
func TestATableGoesOnUnderItsHead(t *testing.T) {
	d := small("一句话。")
	table := &view.Table{Title: "各户", Columns: []view.Column{view.Words("村名"), view.Number("户数"), view.Words("说明")}}
	for i := range 120 {
		table.Rows = append(table.Rows, []view.Cell{view.Plain(fmt.Sprintf("第%d村", i+1)), view.Count(float64(1000 + i)), view.Plain("无")})
	}
	table.Rows = append(table.Rows, []view.Cell{view.Plain("最后一村"), view.Count(7), view.Plain(strings.Repeat("说明很长，", 600) + "完")})
	d.View.Blocks = []view.Block{table}
	pages := read(t, written(t, d))
	if len(pages) < 6 {
		t.Fatalf("%d pages", len(pages))
	}
	rows := 0
	for n, p := range pages[1 : len(pages)-1] {
		if !strings.Contains(dense(p), "村名户数说明") {
			t.Errorf("page %d has no head", n+2)
		}
	}
	for _, p := range pages {
		rows += len(regexp.MustCompile(`第\d+村`).FindAllString(p, -1))
	}
	if all := strings.Join(pages, ""); rows != 120 || strings.Count(all, "说明很长") < 500 || !strings.Contains(all, "完") {
		t.Errorf("%d of 120 rows, %d of 600 sentences", rows, strings.Count(all, "说明很长"))
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	d := small()
	d.View.Letterhead = nil
	if err := Write(&bytes.Buffer{}, d); err == nil {
		t.Error("a page without a letterhead was written")
	}
	d = small()
	d.View.Blocks = []view.Block{&view.Steps{}}
	d.Draw = func(view.Block) (report.Drawing, error) { return report.Drawing{SVG: "<svg><video/></svg>"}, nil }
	if err := Write(&bytes.Buffer{}, d); err == nil {
		t.Error("a picture that cannot be drawn was left out")
	}
}

// Lines end as Chinese is set: none begins with a comma or ends with an opening sign, and no number is torn.
func TestLinesBreakAsChineseIsSet(t *testing.T) {
	text := "走访（覆盖率）：13,611户中的10,881户，“未走访”1,112户；目标≥ 100.0%，见《办法》第3条。hulian is a toolkit."
	s := style{face: songFace(), size: 10}
	for room := 62.0; room < 300; room += 7 {
		lines := s.broken(text, room, room)
		if got := dense(strings.Join(lines, "")); got != dense(text) {
			t.Fatalf("%v: %q", room, got)
		}
		for _, l := range lines {
			runes := []rune(l)
			if strings.ContainsRune("，。；：）”》%", runes[0]) || strings.ContainsRune("（“《", runes[len(runes)-1]) {
				t.Errorf("%v: the line %q", room, l)
			}
			if s.width(l) > room+0.1 {
				t.Errorf("%v: the line %q is %v wide", room, l, s.width(l))
			}
		}
		for _, whole := range []string{"13,611", "10,881", "≥ 100.0%", "toolkit."} {
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, whole) }) {
				t.Errorf("%v: %q is torn: %q", room, whole, lines)
			}
		}
	}
}

// Another program finds the same words, where one is installed.
func TestAnotherProgramFindsTheWords(t *testing.T) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, written(t, notice(t, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"党委", "2018年1月", "走访覆盖率", "— 1 —"} {
		if !strings.Contains(string(out), word) && !strings.Contains(dense(string(out)), dense(word)) {
			t.Errorf("pdftotext does not find %q", word)
		}
	}
}

// A notice is written while its reader waits: it takes no more than so many times what opening the two faces does, which every writer of it has to do.
// Both are measured on the machine of the test, however busy it is, and the best of several tries counts.
func TestANoticeIsWrittenQuickly(t *testing.T) {
	d := notice(t, "")
	written(t, d)
	best := func(do func()) time.Duration {
		least := time.Hour
		for range 5 {
			begun := time.Now()
			do()
			least = min(least, time.Since(begun))
		}
		return least
	}
	opening := best(func() {
		written(t, report.Document{Language: d.Language, View: view.View{Heading: "空", Letterhead: &view.Letterhead{}}})
	})
	writing := best(func() { written(t, d) })
	t.Logf("a notice takes %v, an empty paper %v: %.1f times", writing, opening, float64(writing)/float64(opening))
	if writing > 5*opening {
		t.Errorf("a notice takes %v, an empty paper %v", writing, opening)
	}
}
