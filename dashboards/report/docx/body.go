package docx

import (
	"slices"
	"strings"

	"hulian/dashboards/report"
	"hulian/dashboards/view"
)

// setter sets the items of a paper as markup, and keeps the pictures it meets.
type setter struct {
	paper    report.Paper
	pictures []report.Drawing
	body     []node
	tabled   bool // a table was set last
	last     bool // what is set now is followed by the name of the issuer
	tallest  int  // how high a picture may stand, in twips; 0: as high as its width makes it
	own      *Template
	heads    [len(headings) + 1]int // how many of each level there were, where their style does not number them
}

// width is that of the text, in twips.
func (s *setter) width() int {
	if s.own != nil {
		return s.own.width
	}
	return textWidth
}

func (s *setter) t(zh, en string) string { return s.paper.Language.T(zh, en) }

// document is the part document.xml.
func (s *setter) document() node {
	l := s.paper.Letterhead
	if l.RedHead != "" {
		s.add(paragraph(styleRedHead, run(l.RedHead)), empty(), empty())
	}
	if l.Number != "" {
		s.add(paragraph(styleNumber, run(l.Number)))
	}
	if l.RedHead != "" || l.Number != "" {
		s.add(empty(), empty())
	}
	s.add(paragraph(styleTitle, run(s.paper.Title)), paragraph(styleSubtitle, run(s.subtitle())))
	if l.To != "" {
		s.add(paragraph(styleTo, run(l.To+s.t("：", ":"))))
	}
	s.tallest = firstPicture
	body := s.paper.First
	if l.Whole {
		body, s.paper.Rest = slices.Concat(body, s.paper.Rest), nil
	}
	for n, i := range body {
		if n == len(s.paper.First) {
			s.tallest = 0
		}
		s.last = n == len(body)-1
		s.item(i)
	}
	s.tallest, s.last = 0, false
	s.close()
	if len(s.paper.Rest) > 0 {
		s.annex()
	}
	if l.Imprint.Stands() {
		s.imprint()
	} else {
		s.add(section(s.paper.Watermark != ""))
	}
	return el("w:document", namespaces, el("w:body", nil, s.body...))
}

// close is the end of the paper itself: what is attached, who issues it, when. The seal has its place over name and date: the date
// stands four characters from the edge, the name over its middle.
func (s *setter) close() {
	l := s.paper.Letterhead
	if len(s.paper.Rest) > 0 {
		s.add(kept(""), kept(styleEntry, run(s.t("附件：", "Attachment: ")+s.annexTitle())))
	}
	date := s.paper.Dated()
	s.add(kept(""), kept(""))
	// Both lines end alike where the date is the longer one; the name is moved in by half the difference, so that it stands over the middle.
	right := 4
	indent := func(halves int) node {
		return el("w:ind", at("w:rightChars", size(halves*50), "w:right", size(halves*158)))
	}
	beside := max(0, width(date)-width(l.Issuer)) / 2
	s.add(el("w:p", nil, el("w:pPr", nil, val("w:pStyle", styleIssuer), indent(2*right+beside)), run(l.Issuer)))
	over := max(0, width(l.Issuer)-width(date)) / 2
	s.add(el("w:p", nil, el("w:pPr", nil, val("w:pStyle", styleIssuer), el("w:keepNext", at("w:val", "0")), indent(2*right+over)), run(date)))
}

// subtitle is the period, and that it is a draft where it is one.
func (s *setter) subtitle() string {
	l := s.paper.Letterhead
	if l.Draft {
		return s.t("（"+l.Period+"，送审稿）", "("+l.Period+", draft)")
	}
	return s.t("（"+l.Period+"）", "("+l.Period+")")
}

func (s *setter) annexTitle() string {
	if s.paper.Letterhead.Annex != "" {
		return s.paper.Letterhead.Annex
	}
	return s.paper.Title + s.t("情况", ": the figures")
}

// annex begins on a page of its own.
func (s *setter) annex() {
	s.add(paragraph(styleAnnex, run(s.t("附件", "Attachment"))), empty(), paragraph(styleTitle, run(s.annexTitle())), empty())
	for _, i := range s.paper.Rest {
		s.item(i)
	}
}

func (s *setter) add(nodes ...node) { s.body = append(s.body, nodes...) }

func (s *setter) item(i report.Item) {
	if p, is := i.(report.Paragraph); s.tabled && (!is || !p.Note) {
		s.add(paragraph(styleNote)) // two tables that touch become one
	}
	s.tabled = false
	switch i := i.(type) {
	case report.Heading:
		level := min(max(i.Level, 1), len(headings))
		s.heads[level]++
		clear(s.heads[level+1:])
		said := i.Text
		if s.own != nil && !s.own.numbers(level) {
			said = report.Numeral(level, s.heads[level], s.paper.Language.Lang) + said
		}
		s.add(paragraph(headings[level-1], run(said)))
	case report.Paragraph:
		style := styleBody
		if i.Note {
			style = styleNote
		}
		var runs []node
		if i.Lead != "" {
			runs = append(runs, el("w:r", nil, el("w:rPr", nil, fonts(fontHead, fontLatin)), text(i.Lead+s.t("：", ": "))))
		}
		s.add(s.said(style, append(runs, run(i.Text))...))
	case report.Entry:
		s.add(s.said(styleEntry, run(i.Text)))
	case report.Table:
		s.add(caption(s.t("表", "Table "), i.Number, i.Caption), s.table(i.Of))
		s.tabled = true
	case report.Picture:
		s.pictures = append(s.pictures, i.Drawing)
		s.add(paragraph(stylePicture, picture(len(s.pictures), i, s.width(), s.tallest)), caption(s.t("图", "Figure "), i.Number, i.Caption))
	}
}

// said is a paragraph of the text; the last one stays with the name and date under it, which no page holds alone.
func (s *setter) said(style string, runs ...node) node {
	if s.last {
		return kept(style, runs...)
	}
	return paragraph(style, runs...)
}

// kept is a paragraph on the page of the one that follows.
func kept(style string, runs ...node) node {
	properties := []node{el("w:keepNext", nil)}
	if style != "" {
		properties = slices.Insert(properties, 0, val("w:pStyle", style))
	}
	return el("w:p", nil, append([]node{el("w:pPr", nil, properties...)}, runs...)...)
}

// paragraph is a paragraph of a style.
func paragraph(style string, runs ...node) node {
	return el("w:p", nil, append([]node{el("w:pPr", nil, val("w:pStyle", style))}, runs...)...)
}

func empty() node { return el("w:p", nil) }

func run(t string) node { return el("w:r", nil, text(t)) }

func text(t string) node {
	return el("w:t", at("xml:space", "preserve"), node(escaped(t)))
}

// field is a field with what it says now; Word computes it anew when it is asked to.
func field(instruction, now string) node {
	kind := func(k string) node { return el("w:r", nil, el("w:fldChar", at("w:fldCharType", k))) }
	return join(kind("begin"), el("w:r", nil, el("w:instrText", at("xml:space", "preserve"), node(escaped(" "+instruction+" ")))), kind("separate"), run(now), kind("end"))
}

// caption numbers a table or a picture by a field, so that one put in between moves the numbers after it.
func caption(word string, n int, said string) node {
	return paragraph(styleCaption, run(word), field("SEQ "+strings.TrimSpace(word)+` \* ARABIC`, size(n)), run("  "+said))
}

// table is a table of Word: its head repeats on every page, and no row is torn between two.
func (s *setter) table(t *view.Table) node {
	lang := s.paper.Language.Lang
	small := len(t.Columns) > mostRoomy
	widths := columnWidths(t, s.paper.Language, small, s.width())
	properties := []node{val("w:tblStyle", styleTable), el("w:tblW", at("w:w", size(s.width()), "w:type", "dxa")), val("w:jc", "center"),
		el("w:tblLayout", at("w:type", "fixed")), el("w:tblLook", at("w:val", "0420", "w:firstRow", "1", "w:lastRow", "0", "w:firstColumn", "0", "w:lastColumn", "0", "w:noHBand", "0", "w:noVBand", "1"))}
	if t.Title != "" {
		properties = append(properties, val("w:tblCaption", t.Title))
	}
	var grid, rows []node
	for _, w := range widths {
		grid = append(grid, el("w:gridCol", at("w:w", size(w))))
	}
	var head []node
	for i, c := range t.Columns {
		head = append(head, cell(widths[i], line(styleCellHead, "center", small, report.Head(c, lang), false)))
	}
	rows = append(rows, el("w:tr", nil, append([]node{el("w:trPr", nil, el("w:cantSplit", nil), el("w:tblHeader", nil))}, head...)...))
	body := t.Rows
	if len(t.Total) > 0 {
		body = append(body[:len(body):len(body)], t.Total)
	}
	for at, row := range body {
		ends := s.last && at == len(body)-1
		cells := []node{el("w:trPr", nil, el("w:cantSplit", nil))}
		for i, c := range t.Columns {
			var in view.Cell
			if i < len(row) {
				in = row[i]
			}
			var lines []node
			for n, said := range report.Lines(in, s.paper.Language) {
				style := styleCell
				if n > 0 {
					style = styleCellSmall
				}
				lines = append(lines, line(style, alignment(c.Kind), small, said, ends))
			}
			cells = append(cells, cell(widths[i], lines...))
		}
		rows = append(rows, el("w:tr", nil, cells...))
	}
	return el("w:tbl", nil, append([]node{el("w:tblPr", nil, properties...), el("w:tblGrid", nil, grid...)}, rows...)...)
}

// alignment sets numbers to the right, so that their places stand below one another.
func alignment(k view.ColumnKind) string {
	switch k {
	case view.ColumnNumber, view.ColumnRate:
		return "right"
	case view.ColumnDate:
		return "center"
	default:
		return "left"
	}
}

func cell(width int, lines ...node) node {
	return el("w:tc", nil, append([]node{el("w:tcPr", nil, el("w:tcW", at("w:w", size(width), "w:type", "dxa")), val("w:vAlign", "center"))}, lines...)...)
}

// line is one paragraph of a cell; kept on the page of what follows the table where it ends it.
func line(style, align string, small bool, said string, ends bool) node {
	properties := []node{val("w:pStyle", style)}
	if ends {
		properties = append(properties, el("w:keepNext", nil))
	}
	if (style != styleCellHead || align != "center") && align != "left" {
		properties = append(properties, val("w:jc", align))
	}
	r := run(said)
	if small {
		n := sizeSmall
		if style == styleCellSmall {
			n = sizeSmall - 3
		}
		r = el("w:r", nil, el("w:rPr", nil, sized(n)...), text(said))
	}
	return el("w:p", nil, el("w:pPr", nil, properties...), r)
}

// emuPerPixel turns CSS pixels, 96 to the inch, into the unit of pictures, 914,400 to the inch.
const emuPerPixel = 9525

// firstPicture is how high the picture of the first sheet stands, five lines, so that it shares a page with five sentences.
const firstPicture = 5 * linePitch

// picture stands in the line, no wider than widest, and no higher than tallest where that is not 0.
func picture(n int, p report.Picture, widest, tallest int) node {
	const emuPerTwip = 635
	w, h := p.Drawing.Width*emuPerPixel, p.Drawing.Height*emuPerPixel
	if most := widest * emuPerTwip; w > most {
		w, h = most, h*most/w
	}
	if most := tallest * emuPerTwip; most > 0 && h > most {
		w, h = w*most/h, most
	}
	name := "image" + size(n) + ".png"
	extent := func(element string) node { return el(element, at("cx", size(w), "cy", size(h))) }
	described := at("id", size(n), "name", p.Caption, "descr", p.Drawing.Alt)
	drawing := el("pic:pic", nil,
		el("pic:nvPicPr", nil, el("pic:cNvPr", at("id", size(n), "name", name, "descr", p.Drawing.Alt)), el("pic:cNvPicPr", nil)),
		el("pic:blipFill", nil, el("a:blip", at("r:embed", "rIdImage"+size(n))), el("a:stretch", nil, el("a:fillRect", nil))),
		el("pic:spPr", nil, el("a:xfrm", nil, el("a:off", at("x", "0", "y", "0")), extent("a:ext")), el("a:prstGeom", at("prst", "rect"), el("a:avLst", nil))))
	return el("w:r", nil, el("w:drawing", nil, el("wp:inline", at("distT", "0", "distB", "0", "distL", "0", "distR", "0"),
		extent("wp:extent"), el("wp:docPr", described), el("wp:cNvGraphicFramePr", nil, el("a:graphicFrameLocks", at("noChangeAspect", "1"))),
		el("a:graphic", nil, el("a:graphicData", at("uri", "http://schemas.openxmlformats.org/drawingml/2006/picture"), drawing)))))
}

// footer is the foot of odd or even pages: the number between dashes, outside, one character in.
func footer(even bool) node {
	align, side := "right", "w:right"
	if even {
		align, side = "left", "w:left"
	}
	return el("w:ftr", namespaces, el("w:p", nil,
		el("w:pPr", nil, val("w:pStyle", styleFooter), el("w:ind", at(side+"Chars", "100", side, "280")), val("w:jc", align)),
		run("— "), field("PAGE", "1"), run(" —")))
}

// header says on every page for whom the file was made.
func header(watermark string) node {
	return el("w:hdr", namespaces, paragraph(styleHeader, run(watermark)))
}
