package pdf

import (
	"slices"

	"hulian/dashboards/language"
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

// table sets a table below its caption. Its head stands on every page it comes to; a row is torn only where a page cannot hold it.
func (w *writer) table(i report.Table) {
	t := w.laid(i)
	w.need(t.begins())
	w.caption(w.t("表", "Table "), i.Number, i.Caption)
	w.cells(t.grid, t.head, t.grid.height(t.head), true, false)
	for n, row := range t.rows {
		if n < len(t.rows)-1 {
			w.row(t.grid, t.head, row, n == len(i.Of.Rows), 0)
		} else {
			w.row(t.grid, t.head, row, n == len(i.Of.Rows), w.tail)
		}
	}
	w.y += 8
}

// laid is a table with its lines broken and its rows ready to be set.
type laid struct {
	grid grid
	head [][]line
	rows [][][]line
}

// begins is the room that caption, head and first row take, which stay together.
func (t laid) begins() float64 {
	if len(t.rows) == 0 {
		return 2.5 * sizeCaption
	}
	return 2.5*sizeCaption + t.grid.height(t.head) + min(t.grid.height(t.rows[0]), (bottom-top)/2)
}

// laid breaks the lines of a table, once.
func (w *writer) laid(i report.Table) laid {
	if known, has := w.tables[i.Of]; has {
		return known
	}
	t, l := i.Of, w.paper.Language
	g := grid{size: sizeTable}
	for _, c := range t.Columns {
		g.kinds = append(g.kinds, c.Kind)
	}
	for g.size = sizeTable; ; g.size -= 0.5 { // many columns take smaller letters, so that no number is broken
		var fit bool
		if g.widths, fit = columnWidths(t, l, g.size); fit || g.size <= sizeLeast {
			break
		}
	}
	var heads []view.Cell
	for _, c := range t.Columns {
		heads = append(heads, view.Plain(report.Head(c, l.Lang)))
	}
	head := g.lines(heads, true, false, l)
	var rows [][][]line
	for _, row := range t.Rows {
		rows = append(rows, g.lines(row, false, false, l))
	}
	if len(t.Total) > 0 {
		rows = append(rows, g.lines(t.Total, false, true, l))
	}
	made := laid{g, head, rows}
	w.tables[i.Of] = made
	return made
}

// lines are those of the cells of a row.
func (g grid) lines(row []view.Cell, head, total bool, l language.Language) [][]line {
	all := make([][]line, len(g.widths))
	for i := range g.widths {
		if i >= len(row) {
			continue
		}
		s := style{face: typeface.Song(), size: g.size, colour: ink, bold: total}
		if head {
			s.face = typeface.Hei()
		}
		for n, said := range report.Lines(row[i], l) {
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
		used := 0.0
		for _, l := range lines {
			used += l.height()
		}
		tall = max(tall, used)
	}
	return tall + 2*over
}

// row sets a row, on the next page below the head if this one has no room for it and what has to stand below it.
func (w *writer) row(g grid, head, cells [][]line, total bool, below float64) {
	tall := g.height(cells)
	if w.y+tall+below > bottom+0.1 && (tall < (bottom-top)/2 || bottom-w.y < (bottom-top)/4) {
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
		used := 0.0
		for _, l := range cells[i] {
			used += l.height()
		}
		y := w.y + (tall-used)/2
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

// roomy is how many characters a column gets in one line before those with sentences take what is left.
const roomy = 6

// columnWidths shares the width of the lines among columns, and reports whether each has room for its longest number or word. Columns of
// names and numbers get theirs in one line where they can; what is left goes to those that have more to say.
func columnWidths(t *view.Table, l language.Language, size float64) (widths []float64, fit bool) {
	body, heads, small := style{face: typeface.Song(), size: size}, style{face: typeface.Hei(), size: size}, style{face: typeface.Song(), size: size - 1}
	n := len(t.Columns)
	least, easy, full := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, c := range t.Columns {
		head := report.Head(c, l.Lang)
		least[i] = max(heads.least(head), min(heads.width(head), 2*size))
		widest, all, rows := min(heads.width(head), 5*size), 0.0, 0.0
		for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total) {
			if i >= len(row) {
				continue
			}
			longest, s := 0.0, body
			for n, said := range report.Lines(row[i], l) {
				if n == 1 {
					s = small
				}
				least[i] = max(least[i], min(max(s.least(said), min(s.width(said), 2*size)), 12*size))
				longest = max(longest, s.width(said))
			}
			widest, all, rows = max(widest, longest), all+longest, rows+1
		}
		easy[i], full[i] = max(least[i], min(widest, roomy*size)), max(least[i], widest)
		if rows > 0 && widest > roomy*size { // sentences want room as they are long on average
			full[i] = max(easy[i], min(widest, 2*all/rows))
		}
	}
	room := textWidth - float64(n)*(2*beside+0.6)
	if sum(easy) > room && sum(least) <= room {
		widths = filled(least, full, room)
	} else {
		widths = shared(least, easy, full, room)
	}
	for i := range widths {
		widths[i] += 2*beside + 0.6
	}
	return widths, sum(least) <= room
}

// filled gives each column its least and what is left to those whose texts are long for their width, so that rows come out as low as they can.
func filled(least, widest []float64, room float64) []float64 {
	low, high := 0.0, 1.0
	widths := slices.Clone(least)
	for range 30 {
		part := (low + high) / 2
		for i := range widths {
			widths[i] = max(least[i], part*widest[i])
		}
		if sum(widths) > room {
			high = part
		} else {
			low = part
		}
	}
	return widths
}

// shared parts a width: up to the first of three wishes that cannot be granted to all, and of that to each the same part of what it lacks.
func shared(least, easy, full []float64, room float64) []float64 {
	low := make([]float64, len(least))
	for _, high := range [][]float64{least, easy, full} {
		if wanted := sum(high); wanted >= room {
			part := (room - sum(low)) / (wanted - sum(low))
			for i := range low {
				low[i] += (high[i] - low[i]) * part
			}
			return low
		}
		copy(low, high)
	}
	part := room / max(sum(low), 1)
	for i := range low {
		low[i] *= part
	}
	return low
}

func sum(all []float64) (total float64) {
	for _, x := range all {
		total += x
	}
	return total
}
