package pdf

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"hulian/dashboards/language"
	"hulian/dashboards/report"
	"hulian/dashboards/typeface"
	"hulian/dashboards/view"
)

// MediaType is the type of a PDF.
const MediaType = "application/pdf"

// The names of the faces in the file.
const (
	song = "song"
	hei  = "hei"
)

// writer sets a paper from top to bottom.
type writer struct {
	pdf      *fpdf.Fpdf
	paper    report.Paper
	y        float64 // where the next line begins
	headings [4]int
	tallest  float64 // how high a picture may stand
	tail     float64 // room that the end of the paper takes below what is set now, which no page holds alone
	tables   map[*view.Table]laid
	lacks    map[rune]string // characters that no face holds, with the words around them
	drawn    map[rune]bool   // characters that are outlines and no text
}

func (w *writer) t(zh, en string) string { return w.paper.Language.T(zh, en) }

// Write writes a document.
func Write(out io.Writer, d report.Document) error {
	paper, err := report.Lay(d)
	if err != nil {
		return err
	}
	w := &writer{pdf: fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: paperWidth, Ht: paperHeight}}), paper: paper, lacks: map[rune]string{}, drawn: map[rune]bool{}, tables: map[*view.Table]laid{}}
	w.open()
	if err := w.body(); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	if err := w.pdf.Output(out); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

// open says what the file is. Its time is that of the data: the same document gives the same bytes, whenever it is written.
func (w *writer) open() {
	p := w.pdf
	l := w.paper.Letterhead
	p.SetCatalogSort(true)
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(left, top, paperWidth-right)
	p.SetTitle(w.paper.Title+" "+l.Period, true)
	p.SetAuthor(l.Issuer, true)
	p.SetCreator(strings.TrimSpace("hulian "+w.paper.Version), true)
	p.SetProducer("hulian", true)
	p.SetLang(map[bool]string{true: "en", false: "zh-CN"}[w.paper.Language.Lang == language.English])
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, a := range w.paper.About {
		if day, err := time.Parse(time.DateOnly, a[1]); err == nil {
			at = day
		}
	}
	p.SetCreationDate(at)
	p.SetModificationDate(at)
	p.AddUTF8FontFromBytes(song, "", slices.Clone(typeface.Song().TTF))
	p.AddUTF8FontFromBytes(hei, "", slices.Clone(typeface.Hei().TTF))
	w.page()
}

// page begins a page: its number stands at the outer side, one character in, and over the text for whom the file was made.
func (w *writer) page() {
	w.blank()
	number := style{face: typeface.Song(), size: sizeNumber, colour: ink}
	said := fmt.Sprintf("— %d —", w.pdf.PageNo())
	x := right - sizeNumber - number.width(said)
	if w.pdf.PageNo()%2 == 0 {
		x = left + sizeNumber
	}
	w.write(x, bottom+numberBelow+sizeNumber, number, said, 0)
}

// blank begins a page without a number.
func (w *writer) blank() {
	w.pdf.AddPage()
	w.y = top
	if w.paper.Watermark != "" {
		mark := style{face: typeface.Hei(), size: sizeHeader, colour: faint}
		w.write(left+(textWidth-mark.width(w.paper.Watermark))/2, top-18, mark, w.paper.Watermark, 0)
	}
}

// need begins a page where this one has no room left.
func (w *writer) need(tall float64) {
	if w.y+tall > bottom+0.1 && w.y > top {
		w.page()
	}
}

// body sets all of the paper.
func (w *writer) body() error {
	w.head()
	own := w.paper.First
	if w.paper.Letterhead.Whole { // its parts are no attachment
		own, w.paper.Rest = slices.Concat(own, w.paper.Rest), nil
	}
	w.tallest = firstPicture
	for n := range own {
		if n == len(w.paper.First) {
			w.tallest = tallest
		}
		if n == len(own)-1 {
			w.tail = w.closing()
		}
		if err := w.item(own, n); err != nil {
			return err
		}
	}
	w.tallest, w.tail = tallest, 0
	w.close()
	if len(w.paper.Rest) > 0 {
		w.page()
		mark := style{face: typeface.Hei(), size: sizeBody, colour: ink}
		w.centred(mark, w.t("附件", "Attachment"), false)
		w.y += pitch / 2
		w.title(w.annexTitle())
		w.y += pitch / 2
	}
	for n := range w.paper.Rest {
		if err := w.item(w.paper.Rest, n); err != nil {
			return err
		}
	}
	w.unset()
	if w.paper.Letterhead.Imprint.Stands() {
		w.imprint(w.paper.Letterhead.Imprint)
	}
	return nil
}

// head is what stands over the text of the first page.
func (w *writer) head() {
	l := w.paper.Letterhead
	if l.RedHead != "" {
		s := style{face: typeface.Song(), size: sizeRedHead, bold: true, colour: red}
		for s.size > sizeTitle && s.width(l.RedHead) > textWidth { // one line, whatever the town is called
			s.size--
		}
		w.write(left+(textWidth-s.width(l.RedHead))/2, w.y+s.size, s, l.RedHead, 0)
		w.y += s.size + pitch
	}
	if l.Number != "" {
		w.centred(style{face: typeface.Song(), size: sizeBody, colour: ink}, l.Number, true)
	}
	if l.RedHead != "" || l.Number != "" {
		w.pdf.SetDrawColor(rgb(red))
		w.pdf.SetLineWidth(1.5)
		w.pdf.Line(left, w.y+6, right, w.y+6)
		w.y += 2 * pitch
	}
	w.title(w.paper.Title)
	period := w.t("（", "(") + l.Period + w.t("）", ")")
	if l.Draft {
		period = w.t("（"+l.Period+"，送审稿）", "("+l.Period+", draft)")
	}
	w.centred(style{face: typeface.Song(), size: sizeBody, colour: ink}, period, true)
	if l.To != "" {
		w.paragraph(style{face: typeface.Song(), size: sizeBody, colour: ink}, "", l.To+w.t("：", ":"), 0, pitch)
	}
}

func (w *writer) title(text string) {
	s := style{face: typeface.Song(), size: sizeTitle, bold: true, colour: ink}
	for _, l := range s.broken(text, textWidth, textWidth) {
		w.need(36)
		w.write(left+(textWidth-s.width(l))/2, w.y+18+s.size*0.36, s, l, 0)
		w.y += 36
	}
}

func (w *writer) centred(s style, text string, middle bool) {
	for _, l := range s.broken(text, textWidth, textWidth) {
		w.need(pitch)
		x := left
		if middle {
			x += (textWidth - s.width(l)) / 2
		}
		w.write(x, w.y+pitch/2+s.size*0.36, s, l, 0)
		w.y += pitch
	}
}

func (w *writer) annexTitle() string {
	return cmp.Or(w.paper.Letterhead.Annex, w.paper.Title+w.t("情况", ": the figures"))
}

// close is the end of the paper itself: what is attached, who issues it, when. The date stands four characters from the edge, the name over
// its middle.
func (w *writer) close() {
	l := w.paper.Letterhead
	s := style{face: typeface.Song(), size: sizeBody, colour: ink}
	if len(w.paper.Rest) > 0 {
		w.y += pitch / 2
		w.paragraph(s, "", w.t("附件：", "Attachment: ")+w.annexTitle(), 2*sizeBody, pitch)
	}
	w.need(3 * pitch)
	w.y += pitch
	date := w.paper.Dated()
	wide := max(s.width(l.Issuer), s.width(date))
	middle := right - 4*sizeBody - wide/2
	for _, text := range []string{l.Issuer, date} {
		w.write(middle-s.width(text)/2, w.y+pitch/2+s.size*0.36, s, text, 0)
		w.y += pitch
	}
}

// closing is how much room the end of the paper takes.
func (w *writer) closing() float64 {
	tall := 3 * pitch
	if len(w.paper.Rest) > 0 {
		s := style{face: typeface.Song(), size: sizeBody, colour: ink}
		lines := s.broken(w.t("附件：", "Attachment: ")+w.annexTitle(), textWidth-2*sizeBody, textWidth)
		tall += pitch/2 + float64(len(lines))*pitch
	}
	return tall
}

// begins is how much room the beginning of what comes next takes, so that a heading stands on its page.
func (w *writer) begins(items []report.Item, n int) (float64, error) {
	if n >= len(items) {
		return 0, nil
	}
	switch i := items[n].(type) {
	case report.Heading:
		after, err := w.begins(items, n+1)
		return pitch + after, err
	case report.Table:
		return w.laid(i).begins(), nil
	case report.Picture:
		_, at, err := w.placed(i)
		return at.tall, err
	default:
		return 2 * pitch, nil
	}
}

// item sets one of the items of a paper.
func (w *writer) item(items []report.Item, n int) error {
	body := style{face: typeface.Song(), size: sizeBody, colour: ink}
	switch i := items[n].(type) {
	case report.Heading:
		level := min(max(i.Level, 1), len(w.headings))
		w.headings[level-1]++
		clear(w.headings[level:])
		text := report.Numeral(level, w.headings[level-1], w.paper.Language.Lang) + i.Text
		s := body
		if level == 1 {
			s.face = typeface.Hei()
		}
		s.bold = level == 2 || level == 3
		after, err := w.begins(items, n+1)
		if err != nil {
			return err
		}
		lines := s.broken(text, textWidth-2*sizeBody, textWidth)
		w.need(min(float64(len(lines))*pitch+after, bottom-top))
		w.pdf.SetFont(song, "", sizeBody) // so that its name in the list of contents is written as Chinese
		w.pdf.Bookmark(text, level-1, w.y)
		w.paragraph(s, "", text, 2*sizeBody, pitch)
	case report.Paragraph:
		if i.Note {
			note := style{face: typeface.Song(), size: sizeTable, colour: quiet}
			w.paragraph(note, i.Lead, i.Text, 0, sizeTable*1.4)
			w.y += 4
			return nil
		}
		w.paragraph(body, i.Lead, i.Text, 2*sizeBody, pitch)
	case report.Entry:
		w.paragraph(body, "", i.Text, 2*sizeBody, pitch)
	case report.Table:
		w.table(i)
	case report.Picture:
		return w.picture(i)
	default:
		return fmt.Errorf("nobody has decided how a %T is printed", i)
	}
	return nil
}

func (w *writer) caption(word string, n int, said string) {
	s := style{face: typeface.Hei(), size: sizeCaption, colour: ink}
	for _, l := range s.broken(fmt.Sprintf("%s%d  %s", word, n, said), textWidth, textWidth) {
		w.write(left+(textWidth-s.width(l))/2, w.y+s.size*1.2, s, l, 0)
		w.y += s.size * 1.5
	}
	w.y += 4
}

// paragraph sets running text, its first line moved in, its lines filled to the edge.
func (w *writer) paragraph(s style, lead, text string, indent, tall float64) {
	heading := s
	heading.face = typeface.Hei()
	if lead != "" {
		lead += w.t("：", ": ")
	}
	begun := indent + heading.width(lead)
	for begun > textWidth/2 && lead != "" { // long first words stand in the text
		text, lead, begun = lead+text, "", indent
	}
	lines := s.broken(text, textWidth-begun, textWidth)
	for i, l := range lines {
		room := tall
		if i == len(lines)-1 {
			room += w.tail
		}
		w.need(room)
		x := left
		if i == 0 {
			w.write(x+indent, w.y+tall/2+s.size*0.36, heading, lead, 0)
			x += begun
		}
		w.write(x, w.y+tall/2+s.size*0.36, s, l, spread(s, l, right-x, i == len(lines)-1))
		w.y += tall
	}
}

// spread is how much wider the characters of a line stand, so that it ends at the edge. The last line of a paragraph and one that would be torn
// apart stay as they are.
func spread(s style, l string, room float64, last bool) float64 {
	n := len([]rune(l))
	free := room - s.width(l)
	if last || n < 2 || free < 0 || free > 2*s.size {
		return 0
	}
	return free / float64(n-1)
}

// unset says which characters could not be set, and which cannot be searched.
func (w *writer) unset() {
	note := style{face: typeface.Song(), size: sizeTable, colour: quiet}
	say := func(text string) { w.paragraph(note, "", text, 0, sizeTable*1.4) }
	if len(w.lacks) > 0 {
		var all []string
		lacks := maps.Clone(w.lacks)
		for _, r := range slices.Sorted(maps.Keys(lacks)) {
			all = append(all, w.paper.Language.Tf("U+%04X（见“%s”）", "U+%04X (in “%s”)", r, lacks[r]))
		}
		say(w.t("字库缺字，以“〓”代替：", "Characters that the typefaces lack stand as 〓: ") + strings.Join(all, w.t("、", ", ")) + w.t("。", "."))
	}
	if len(w.drawn) > 0 {
		var all []string
		for _, r := range slices.Sorted(maps.Keys(w.drawn)) {
			all = append(all, fmt.Sprintf("U+%04X", r))
		}
		say(w.t("以下生僻字按字形描绘，不能检索：", "Rare characters drawn as outlines, which cannot be searched: ") + strings.Join(all, w.t("、", ", ")) + w.t("。", "."))
	}
}
