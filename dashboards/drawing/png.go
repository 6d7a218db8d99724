package drawing

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

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
	if err := png.Encode(&b, indexed(c.Image())); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return b.Bytes(), nil
}

// mostColours is how many a PNG holds that says each pixel in one byte.
const mostColours = 256

// indexed is a picture with a list of its colours, which is written in a third of the time and room. A chart has few, and the steps between
// them at the edges of letters; where there are more than the list holds, close ones are taken for one.
func indexed(of image.Image) image.Image {
	drawn, is := of.(*image.RGBA)
	if !is {
		return of
	}
	for _, mask := range []byte{0xff, 0xfc, 0xf8, 0xf0, 0xe0} {
		if list := listed(drawn, mask); list != nil {
			return list
		}
	}
	return of
}

// listed is a picture whose colours are alike where they are in the bits of the mask; nil: there are too many.
func listed(of *image.RGBA, mask byte) image.Image {
	list := image.NewPaletted(of.Rect, nil)
	known := map[[3]byte]byte{}
	last, at := [3]byte{}, byte(0)
	for i := range list.Pix {
		pixel := of.Pix[4*i : 4*i+4 : 4*i+4]
		c := [3]byte{pixel[0] & mask, pixel[1] & mask, pixel[2] & mask}
		if i == 0 || c != last {
			index, has := known[c]
			if !has {
				if len(list.Palette) == mostColours {
					return nil
				}
				index = byte(len(list.Palette)) //nolint:gosec // fewer than 256
				known[c] = index
				list.Palette = append(list.Palette, color.RGBA{pixel[0], pixel[1], pixel[2], 0xff})
			}
			last, at = c, index
		}
		list.Pix[i] = at
	}
	return list
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
	var all []Segment // filled at once: clearing what the last one left takes longer than a character
	for _, r := range m.Text {
		outline, advance := Glyph(typeface.Hei(), r, x, m.Y, m.Size)
		all = append(all, outline...)
		x += advance
	}
	stroke := ""
	if m.Bold {
		stroke = m.Fill
	}
	paint(c, all, m.Fill, stroke, m.Size*Boldness, scale)
}
