package pdf

import (
	"hulian/dashboards/typeface"
	"hulian/dashboards/view"
)

// The lines of an imprint (GB/T 9704-2012, 7.4).
const (
	thickLine = 0.35 * millimetre
	thinLine  = 0.25 * millimetre
)

// imprint is the end of the paper: to whom copies go, who prints it and when, on the last lines of a page of even number. Where that is a new one
// behind a blank page, neither bears a number.
func (w *writer) imprint(i view.Imprint) {
	s := style{face: typeface.Song(), size: sizeNumber, colour: ink}
	tall := s.size * 1.4
	var copies []string
	lead := w.t("抄送：", "Copies to: ")
	hangs := left + s.size + s.width(lead)
	if i.CopyTo != "" {
		room := right - s.size - hangs
		copies = s.broken(i.CopyTo+w.t("。", "."), room, room)
	}
	lines := float64(len(copies))
	if i.Office != "" {
		lines++
	}
	needs := lines*tall + 12
	switch even := w.pdf.PageNo()%2 == 0; {
	case even && w.y+pitch+needs <= bottom:
	case !even:
		w.page()
	default:
		w.blank()
		w.blank()
	}
	y := bottom - needs
	rule := func(thick float64) {
		w.pdf.SetDrawColor(rgb(ink))
		w.pdf.SetLineWidth(thick)
		w.pdf.Line(left, y, right, y)
		y += 3
	}
	rule(thickLine)
	if len(copies) > 0 {
		w.write(hangs-s.width(lead), y+tall/2+s.size*0.36, s, lead, 0)
		for _, l := range copies {
			w.write(hangs, y+tall/2+s.size*0.36, s, l, 0)
			y += tall
		}
		y += 3
	}
	if i.Office != "" {
		if len(copies) > 0 {
			rule(thinLine)
		}
		said := w.paper.Printed()
		w.write(left+s.size, y+tall/2+s.size*0.36, s, i.Office, 0)
		w.write(right-s.size-s.width(said), y+tall/2+s.size*0.36, s, said, 0)
	}
	y = bottom
	rule(thickLine)
	w.y = bottom
}
