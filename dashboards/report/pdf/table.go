package pdf

import (
	"hulian/dashboards/report"
	"hulian/dashboards/typeface"
	"hulian/dashboards/view"
)

// Room in a cell beside and over its text.
const (
	beside = 3.0
	over   = 2.5
)

// line is one line of a cell.
type line struct {
	text  string
	style style
}

// grid is a table with its lines broken.
type grid struct {
	widths []float64
	kinds  []view.ColumnKind
	size   float64
}

// table sets a table. Its head stands on every page it comes to; a row is torn only where a page cannot hold it.
func (w *writer) table(t *view.Table) {
	lang := w.paper.Language.Lang
	g := grid{size: sizeTable}
	for _, c := range t.Columns {
		g.kinds = append(g.kinds, c.Kind)
	}
	for g.size = sizeTable; ; g.size -= 0.5 { // many columns take smaller letters, so that no number is broken
		var fit bool
		if g.widths, fit = columnWidths(t, lang, g.size); fit || g.size <= sizeLeast {
			break
		}
	}
	var heads []view.Cell
	for _, c := range t.Columns {
		heads = append(heads, view.Plain(report.Head(c, lang)))
	}
	head := g.lines(heads, true, false)
	for i, row := range t.Rows {
		w.row(g, head, g.lines(row, false, false), i == 0, false)
	}
	if len(t.Total) > 0 {
		w.row(g, head, g.lines(t.Total, false, true), len(t.Rows) == 0, true)
	}
	w.y += 8
}

// lines are those of the cells of a row.
func (g grid) lines(row []view.Cell, head, total bool) [][]line {
	all := make([][]line, len(g.widths))
	for i := range g.widths {
		if i >= len(row) {
			continue
		}
		s := style{face: typeface.Song(), size: g.size, colour: ink, bold: total}
		if head {
			s.face = typeface.Hei()
		}
		for n, said := range report.Lines(row[i]) {
			if n == 1 {
				s.size, s.colour, s.bold = g.size-1, quiet, false
			}
			if said == "" {
				continue
			}
			for _, text := range s.broken(said, g.widths[i]-2*beside, g.widths[i]-2*beside) {
				all[i] = append(all[i], line{text, s})
			}
		}
	}
	return all
}

func (l line) height() float64 { return l.style.size * 1.3 }

func (g grid) height(cells [][]line) float64 {
	tall := g.size * 1.3
	for _, lines := range cells {
		sum := 0.0
		for _, l := range lines {
			sum += l.height()
		}
		tall = max(tall, sum)
	}
	return tall + 2*over
}

// row sets a row, on the next page below a head of its own if this one has no room. The first brings the head along.
func (w *writer) row(g grid, head, cells [][]line, first, total bool) {
	tall := g.height(cells)
	if first {
		w.need(g.height(head) + min(tall, (bottom-top)/2))
		w.cells(g, head, g.height(head), true, false)
	} else if w.y+tall > bottom+0.1 {
		w.page()
		w.cells(g, head, g.height(head), true, false)
	}
	for w.y+tall > bottom+0.1 { // longer than a page
		var now [][]line
		room := bottom - w.y - 2*over
		for i, lines := range cells {
			used, n := 0.0, 0
			for n < len(lines) && used+lines[n].height() <= room {
				used += lines[n].height()
				n++
			}
			now = append(now, lines[:n])
			cells[i] = lines[n:]
		}
		w.cells(g, now, bottom-w.y, false, total)
		w.page()
		w.cells(g, head, g.height(head), true, false)
		tall = g.height(cells)
	}
	w.cells(g, cells, tall, false, total)
}

// cells draws one row.
func (w *writer) cells(g grid, cells [][]line, tall float64, head, total bool) {
	x := left
	w.pdf.SetLineWidth(0.5)
	for i, wide := range g.widths {
		w.pdf.SetDrawColor(rgb(rule))
		w.pdf.SetFillColor(rgb(shade))
		w.pdf.SetLineWidth(0.5)
		how := "D"
		if head || total {
			how = "FD"
		}
		w.pdf.Rect(x, w.y, wide, tall, how)
		sum := 0.0
		for _, l := range cells[i] {
			sum += l.height()
		}
		y := w.y + (tall-sum)/2
		for _, l := range cells[i] {
			at := x + beside
			free := wide - 2*beside - l.style.width(l.text)
			switch {
			case head || g.kinds[i] == view.ColumnDate:
				at += free / 2
			case g.kinds[i] == view.ColumnNumber || g.kinds[i] == view.ColumnRate:
				at += free
			}
			w.write(at, y+l.height()/2+l.style.size*0.36, l.style, l.text, 0)
			y += l.height()
		}
		x += wide
	}
	w.y += tall
}

// columnWidths shares the width of the lines among columns, and reports whether each has room for its longest number or word. What is left
// goes to those that have more to say.
func columnWidths(t *view.Table, lang string, size float64) (widths []float64, fit bool) {
	body, heads, small := style{face: typeface.Song(), size: size}, style{face: typeface.Hei(), size: size}, style{face: typeface.Song(), size: size - 1}
	least, want := make([]float64, len(t.Columns)), make([]float64, len(t.Columns))
	sum, wanted := 0.0, 0.0
	for i, c := range t.Columns {
		head := report.Head(c, lang)
		least[i] = max(heads.least(head), min(heads.width(head), 2*size)) + 2*beside + 0.5
		widest, all, n := min(heads.width(head), 6*size), 0.0, 0
		for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
			if i >= len(row) {
				continue
			}
			longest, s := 0.0, body
			for n, said := range report.Lines(row[i]) {
				if n == 1 {
					s = small
				}
				room := s.least(said)
				if c.Kind == view.ColumnText {
					room = max(room, min(s.width(said), 3*size))
				}
				least[i] = max(least[i], min(room, 12*size)+2*beside+0.5)
				longest = max(longest, s.width(said))
			}
			widest, all, n = max(widest, longest), all+longest, n+1
		}
		full := widest
		if n > 0 && widest > 12*size { // sentences want room as they are long on average
			full = max(12*size, all/float64(n))
		}
		want[i] = max(0, full+2*beside+1-least[i])
		sum += least[i]
		wanted += want[i]
	}
	for i := range least {
		free := textWidth - sum
		switch {
		case free <= 0:
			widths = append(widths, least[i]*textWidth/sum)
		case wanted == 0:
			widths = append(widths, least[i]+free/float64(len(least)))
		default:
			widths = append(widths, least[i]+free*want[i]/wanted)
		}
	}
	return widths, sum <= textWidth
}
