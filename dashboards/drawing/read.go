package drawing

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hulian/dashboards/picture"
)

// Picture is what an SVG of package picture shows, in its own pixels.
type Picture struct {
	Width, Height float64
	Said          string // for those who cannot see it
	Marks         []Mark // the first lies lowest
}

// Mark is an outline, or a text where Text is not empty.
type Mark struct {
	Outline      []Segment
	Fill, Stroke string // "#rrggbb"; empty: none
	Thick        float64
	Dash         []float64
	Round        bool // joins and ends of the stroke

	Text   string
	X, Y   float64 // where the text begins, has its middle or ends, on its base line
	Size   float64
	Anchor string // "", "middle" or "end"
	Bold   bool
}

// Segment is one part of an outline: M, L, C (two points that pull, then the end) or Z.
type Segment struct {
	Op byte
	At [3]Point
}

// Point is a place, in pixels from the upper left corner.
type Point struct{ X, Y float64 }

// End is where the segment ends.
func (s Segment) End() Point {
	if s.Op == 'C' {
		return s.At[2]
	}
	return s.At[0]
}

// Read reads a picture.
func Read(svg string) (Picture, error) {
	var p Picture
	decoder := xml.NewDecoder(strings.NewReader(picture.Inlined(svg)))
	text := -1 // the mark whose text is being read
	title := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, fmt.Errorf("read a picture: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			text, title = -1, token.Name.Local == "title"
			e := element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			if err := p.element(&e); err != nil {
				return p, fmt.Errorf("read a picture: <%s>: %w", e.name, err)
			}
			if e.name == "text" {
				text = len(p.Marks) - 1
			}
		case xml.CharData:
			switch {
			case text >= 0:
				p.Marks[text].Text += string(token)
			case !title && strings.TrimSpace(string(token)) != "":
				return p, fmt.Errorf("read a picture: the text %q stands outside of a <text>", token)
			}
		case xml.EndElement:
			text, title = -1, false
		}
	}
}

type element struct {
	name       string
	attributes map[string]string
	err        error
}

// take gives an attribute and strikes it off; what is left over at the end is not understood.
func (e *element) take(name string) string {
	value := e.attributes[name]
	delete(e.attributes, name)
	return value
}

func (e *element) number(name string) float64 {
	text := e.take(name)
	if text == "" {
		return 0
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		e.err = fmt.Errorf("%s: %w", name, err)
	}
	return x
}

func (p *Picture) element(e *element) error {
	switch e.name {
	case "svg":
		p.Width, p.Height, p.Said = e.number("width"), e.number("height"), e.take("aria-label")
		for _, name := range []string{"xmlns", "class", "viewBox", "role"} {
			e.take(name)
		}
	case "a", "g", "title":
		e.take("href")
	case "rect", "path", "circle":
		m := e.mark()
		switch e.name {
		case "rect":
			m.Outline = box(e.number("x"), e.number("y"), e.number("width"), e.number("height"), e.number("rx"))
		case "circle":
			x, y, r := e.number("cx"), e.number("cy"), e.number("r")
			m.Outline = box(x-r, y-r, 2*r, 2*r, r)
		default:
			outline, err := outlineOf(e.take("d"))
			if err != nil {
				return err
			}
			m.Outline = outline
		}
		p.Marks = append(p.Marks, m)
	case "text":
		m := e.mark()
		m.X, m.Y, m.Size, m.Anchor, m.Bold = e.number("x"), e.number("y"), e.number("font-size"), e.take("text-anchor"), e.take("font-weight") == "700"
		p.Marks = append(p.Marks, m)
	default:
		return errors.New("no picture holds such an element")
	}
	for name := range e.attributes {
		e.err = fmt.Errorf("no picture has the attribute %s", name)
	}
	return e.err
}

// mark reads what every mark has: colours and stroke. An SVG fills what does not say otherwise, in black.
func (e *element) mark() Mark {
	m := Mark{Fill: e.take("fill"), Stroke: e.take("stroke"), Thick: e.number("stroke-width"), Round: e.take("stroke-linejoin") == "round"}
	e.take("stroke-linecap") // is as the join
	e.take("class")
	for _, part := range strings.Fields(e.take("stroke-dasharray")) {
		x, err := strconv.ParseFloat(part, 64)
		if err != nil {
			e.err = fmt.Errorf("stroke-dasharray: %w", err)
		}
		m.Dash = append(m.Dash, x)
	}
	switch m.Fill {
	case "":
		m.Fill = "#000000"
	case "none":
		m.Fill = ""
	}
	if m.Stroke == "" || m.Stroke == "none" {
		m.Stroke, m.Thick = "", 0
	} else if m.Thick == 0 {
		m.Thick = 1
	}
	return m
}

// round is how far the points of a curve lie from its ends, of its radius, so that it looks like a quarter of a circle.
const round = 0.5522847498

// box is a rectangle with round corners; with a radius of half its side it is a circle. Sides without length are left out: a pen
// that draws along them would leave spikes.
func box(x, y, w, h, r float64) []Segment {
	r = min(r, w/2, h/2)
	line := func(x, y float64) Segment { return Segment{'L', [3]Point{{x, y}}} }
	if r <= 0 {
		return []Segment{{'M', [3]Point{{x, y}}}, line(x+w, y), line(x+w, y+h), line(x, y+h), {Op: 'Z'}}
	}
	c := r * (1 - round)
	corner := func(ax, ay, bx, by, ex, ey float64) Segment {
		return Segment{'C', [3]Point{{ax, ay}, {bx, by}, {ex, ey}}}
	}
	all := []Segment{{'M', [3]Point{{x + r, y}}}}
	side := func(length float64, to Segment) {
		if length > 1e-6 {
			all = append(all, to)
		}
	}
	side(w-2*r, line(x+w-r, y))
	all = append(all, corner(x+w-c, y, x+w, y+c, x+w, y+r))
	side(h-2*r, line(x+w, y+h-r))
	all = append(all, corner(x+w, y+h-c, x+w-c, y+h, x+w-r, y+h))
	side(w-2*r, line(x+r, y+h))
	all = append(all, corner(x+c, y+h, x, y+h-c, x, y+h-r))
	side(h-2*r, line(x, y+r))
	return append(all, corner(x, y+c, x+c, y, x+r, y), Segment{Op: 'Z'})
}

// outlineOf reads the d of a path: M, L, H, V and Z, in places or in steps.
func outlineOf(d string) (all []Segment, err error) {
	var at, first Point
	for d = strings.TrimSpace(d); d != ""; {
		op := d[0]
		var numbers []float64
		numbers, d, err = numbersOf(d[1:])
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", op, err)
		}
		var origin Point
		if op >= 'a' {
			origin = at
		}
		want := map[byte]int{'m': 2, 'l': 2, 'h': 1, 'v': 1, 'z': 0}
		n, known := want[op|0x20]
		if !known || len(numbers) != n {
			return nil, fmt.Errorf("no picture has the path command %q with %d numbers", op, len(numbers))
		}
		switch op | 0x20 {
		case 'm':
			at = Point{origin.X + numbers[0], origin.Y + numbers[1]}
			first = at
			all = append(all, Segment{'M', [3]Point{at}})
			continue
		case 'l':
			at = Point{origin.X + numbers[0], origin.Y + numbers[1]}
		case 'h':
			at.X = origin.X + numbers[0]
		case 'v':
			at.Y = origin.Y + numbers[0]
		case 'z':
			at = first
			all = append(all, Segment{Op: 'Z'})
			continue
		}
		if len(all) == 0 {
			return nil, errors.New("the path begins nowhere")
		}
		all = append(all, Segment{'L', [3]Point{at}})
	}
	return all, nil
}

// numbersOf reads numbers up to the next letter. A minus parts two of them as a space does.
func numbersOf(d string) (numbers []float64, rest string, err error) {
	for {
		d = strings.TrimLeft(d, " ,")
		end := 0
		for end < len(d) && (d[end] >= '0' && d[end] <= '9' || d[end] == '.' || end == 0 && d[end] == '-') {
			end++
		}
		if end == 0 {
			return numbers, d, nil
		}
		x, err := strconv.ParseFloat(d[:end], 64)
		if err != nil {
			return nil, "", err
		}
		numbers, d = append(numbers, x), d[end:]
	}
}
