package pdf

import (
	"fmt"

	"hulian/dashboards/drawing"
	"hulian/dashboards/report"
	"hulian/dashboards/typeface"
)

// tallest is how much of a page a picture may take.
const tallest = 0.7 * (bottom - top)

// firstPicture is how high the picture of the first sheet stands, so that it shares a page with five sentences.
const firstPicture = 5 * pitch

// placing is how large a picture stands, and how much room it takes with its caption.
type placing struct{ scale, tall float64 }

// placed reads a picture and finds its room: as wide as the lines at most.
func (w *writer) placed(i report.Picture) (p drawing.Picture, at placing, err error) {
	if p, err = drawing.Read(i.Drawing.SVG); err != nil {
		return p, at, fmt.Errorf("picture %d: %w", i.Number, err)
	}
	if p.Width <= 0 || p.Height <= 0 {
		return p, at, fmt.Errorf("picture %d has no size", i.Number)
	}
	at.scale = min(72.0/96, textWidth/p.Width, w.tallest/p.Height)
	at.tall = p.Height*at.scale + 12 + pitch
	return p, at, nil
}

// picture draws a picture as vectors, its words as text.
func (w *writer) picture(i report.Picture) error {
	p, at, err := w.placed(i)
	if err != nil {
		return err
	}
	scale := at.scale
	w.need(at.tall + w.tail)
	x, y := left+(textWidth-p.Width*scale)/2, w.y+6
	for _, m := range p.Marks {
		if m.Text != "" {
			s := style{face: typeface.Hei(), size: m.Size * scale, bold: m.Bold, colour: m.Fill}
			w.write(x+m.Begins(typeface.Width(s.face, m.Text, m.Size))*scale, y+m.Y*scale, s, m.Text, 0)
			continue
		}
		w.pdf.SetLineCapStyle("butt")
		if m.Round {
			w.pdf.SetLineCapStyle("round")
		}
		w.pdf.SetLineJoinStyle(map[bool]string{true: "round", false: "miter"}[m.Round])
		dash := make([]float64, len(m.Dash))
		for n, d := range m.Dash {
			dash[n] = d * scale
		}
		w.pdf.SetDashPattern(dash, 0)
		placed := make([]drawing.Segment, len(m.Outline))
		for n, s := range m.Outline {
			for k, at := range s.At {
				s.At[k] = drawing.Point{X: x + at.X*scale, Y: y + at.Y*scale}
			}
			placed[n] = s
		}
		w.outline(placed, m.Fill, m.Stroke, m.Thick*scale)
	}
	w.pdf.SetDashPattern(nil, 0)
	w.pdf.SetLineJoinStyle("miter")
	w.pdf.SetLineCapStyle("butt")
	w.y = y + p.Height*scale + 6
	w.caption(w.t("图", "Figure "), i.Number, i.Caption)
	return nil
}

// outline fills an outline and draws along it.
func (w *writer) outline(outline []drawing.Segment, fill, stroke string, thick float64) {
	if len(outline) == 0 || fill == "" && stroke == "" {
		return
	}
	how := ""
	if fill != "" {
		w.pdf.SetFillColor(rgb(fill))
		how = "F"
	}
	if stroke != "" {
		w.pdf.SetDrawColor(rgb(stroke))
		w.pdf.SetLineWidth(thick)
		how += "D"
	}
	for _, s := range outline {
		switch s.Op {
		case 'M':
			w.pdf.MoveTo(s.At[0].X, s.At[0].Y)
		case 'L':
			w.pdf.LineTo(s.At[0].X, s.At[0].Y)
		case 'C':
			w.pdf.CurveBezierCubicTo(s.At[0].X, s.At[0].Y, s.At[1].X, s.At[1].Y, s.At[2].X, s.At[2].Y)
		case 'Z':
			w.pdf.ClosePath()
		}
	}
	w.pdf.DrawPath(how)
}
