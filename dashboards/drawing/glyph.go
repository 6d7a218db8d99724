package drawing

import (
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"hulian/dashboards/typeface"
)

// fine is how many units an em is parted in when outlines are read: more than any face has.
const fine = 2048

// Glyph is the outline of a character that stands at a place on a base line, and how far the next one stands from it. Characters that the
// first face lacks are taken from the other one.
func Glyph(face *typeface.Face, r rune, x, y, size float64) (outline []Segment, advance float64) {
	if face, r = typeface.Holds(face, r); r == 0 {
		return nil, 0
	}
	advance = face.Advance(r) * size
	var b sfnt.Buffer
	i, err := face.Font.GlyphIndex(&b, r)
	if err != nil {
		return nil, advance // not of a face whose tests pass
	}
	unit := size / fine / 64
	segments, err := face.Font.LoadGlyph(&b, i, fixed.I(fine), nil)
	if err != nil {
		return nil, advance
	}
	place := func(p fixed.Point26_6) Point { return Point{x + float64(p.X)*unit, y + float64(p.Y)*unit} }
	var at Point
	for n, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if n > 0 {
				outline = append(outline, Segment{Op: 'Z'})
			}
			at = place(s.Args[0])
			outline = append(outline, Segment{'M', [3]Point{at}})
		case sfnt.SegmentOpLineTo:
			at = place(s.Args[0])
			outline = append(outline, Segment{'L', [3]Point{at}})
		case sfnt.SegmentOpQuadTo:
			pull, to := place(s.Args[0]), place(s.Args[1])
			outline = append(outline, Segment{'C', [3]Point{between(at, pull), between(to, pull), to}})
			at = to
		case sfnt.SegmentOpCubeTo:
			at = place(s.Args[2])
			outline = append(outline, Segment{'C', [3]Point{place(s.Args[0]), place(s.Args[1]), at}})
		}
	}
	if len(outline) > 0 {
		outline = append(outline, Segment{Op: 'Z'})
	}
	return outline, advance
}

// between is two thirds of the way to the point that pulls a curve of the second degree: where one of the third is pulled.
func between(from, pull Point) Point {
	return Point{from.X + (pull.X-from.X)*2/3, from.Y + (pull.Y-from.Y)*2/3}
}

// Begins is where a text begins that has its middle or its end at its place.
func (m Mark) Begins(wide float64) float64 {
	switch m.Anchor {
	case "middle":
		return m.X - wide/2
	case "end":
		return m.X - wide
	default:
		return m.X
	}
}

// Boldness is how thick the outline of a bold character is drawn, of its size: the faces have one weight.
const Boldness = 0.035
