package drawing

import (
	"bytes"
	"fmt"

	"git.sr.ht/~sbinet/gg"

	"hulian/dashboards/typeface"
)

// mostPixels is the largest side of a PNG: beyond it a picture takes memory that nobody sees.
const mostPixels = 12_000

// PNG draws the picture on white, with so many pixels to each of its own.
func (p Picture) PNG(scale float64) ([]byte, error) {
	w, h := int(p.Width*scale+0.5), int(p.Height*scale+0.5)
	if w < 1 || h < 1 || w > mostPixels || h > mostPixels {
		return nil, fmt.Errorf("a picture of %d × %d pixels cannot be drawn: neither side may be longer than %d", w, h, mostPixels)
	}
	c := gg.NewContext(w, h)
	c.SetHexColor("#ffffff")
	c.Clear()
	for _, m := range p.Marks {
		if m.Text != "" {
			write(c, m, scale)
			continue
		}
		c.SetLineCapButt()
		c.SetLineJoinBevel()
		if m.Round {
			c.SetLineCapRound()
			c.SetLineJoinRound()
		}
		c.SetDash()
		if len(m.Dash) > 0 {
			dash := make([]float64, len(m.Dash))
			for i, d := range m.Dash {
				dash[i] = d * scale
			}
			c.SetDash(dash...)
		}
		paint(c, m.Outline, m.Fill, m.Stroke, m.Thick, scale)
	}
	var b bytes.Buffer
	if err := c.EncodePNG(&b); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return b.Bytes(), nil
}

// paint fills an outline and draws along it.
func paint(c *gg.Context, outline []Segment, fill, stroke string, thick, scale float64) {
	for _, s := range outline {
		switch s.Op {
		case 'M':
			c.MoveTo(s.At[0].X*scale, s.At[0].Y*scale)
		case 'L':
			c.LineTo(s.At[0].X*scale, s.At[0].Y*scale)
		case 'C':
			c.CubicTo(s.At[0].X*scale, s.At[0].Y*scale, s.At[1].X*scale, s.At[1].Y*scale, s.At[2].X*scale, s.At[2].Y*scale)
		case 'Z':
			c.ClosePath()
		}
	}
	if fill != "" {
		c.SetHexColor(fill)
		c.FillPreserve()
	}
	if stroke != "" {
		c.SetHexColor(stroke)
		c.SetLineWidth(thick * scale)
		c.StrokePreserve()
	}
	c.ClearPath()
}

// write draws a text as the outlines of its characters.
func write(c *gg.Context, m Mark, scale float64) {
	c.SetDash()
	c.SetLineJoinRound()
	x := m.Begins(typeface.Width(typeface.Hei(), m.Text, m.Size))
	for _, r := range m.Text {
		outline, advance := Glyph(typeface.Hei(), r, x, m.Y, m.Size)
		stroke := ""
		if m.Bold {
			stroke = m.Fill
		}
		paint(c, outline, m.Fill, stroke, m.Size*Boldness, scale)
		x += advance
	}
}
