package picture

import (
	"html"
	"math"
	"strconv"
	"strings"

	"hulian/dashboards/view"
)

// canvas gathers the markup of one picture.
type canvas struct {
	b strings.Builder
}

// anchor says which end of a text stands at its place.
type anchor string

const (
	start  anchor = ""
	middle anchor = "middle"
	end    anchor = "end"
)

// px writes a length, rounded to a tenth, so that pictures stay small and equal on every machine.
func px(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "0" // drawn nowhere rather than breaking the markup
	}
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

func (c *canvas) write(parts ...string) {
	for _, p := range parts {
		c.b.WriteString(p)
	}
}

func (c *canvas) rect(x, y, w, h, round float64, class string) {
	c.write(`<rect x="`, px(x), `" y="`, px(y), `" width="`, px(max(w, 0)), `" height="`, px(max(h, 0)), `"`)
	if round > 0 {
		c.write(` rx="`, px(round), `"`)
	}
	c.write(` class="`, class, `"/>`)
}

func (c *canvas) line(x1, y1, x2, y2, thick float64, class, dash string) {
	c.write(`<path d="M`, px(x1), ` `, px(y1), `L`, px(x2), ` `, px(y2), `" stroke-width="`, px(thick), `"`)
	if dash != "" {
		c.write(` stroke-dasharray="`, dash, `"`)
	}
	c.write(` class="`, class, `"/>`)
}

func (c *canvas) path(d string, thick float64, class string) {
	c.write(`<path d="`, d, `"`)
	if thick > 0 {
		c.write(` stroke-width="`, px(thick), `" stroke-linejoin="round" stroke-linecap="round"`)
	}
	c.write(` class="`, class, `"/>`)
}

func (c *canvas) text(x, y float64, at anchor, size float64, bold bool, class, text string) {
	if text == "" {
		return
	}
	c.write(`<text x="`, px(x), `" y="`, px(y), `" font-size="`, px(size), `"`)
	if at != start {
		c.write(` text-anchor="`, string(at), `"`)
	}
	if bold {
		c.write(` font-weight="700"`)
	}
	c.write(` class="`, class, `">`, html.EscapeString(text), `</text>`)
}

// lines writes a text of several lines that is centred around a height.
func (c *canvas) lines(x, y float64, at anchor, size float64, bold bool, class string, lines []string) {
	top := y - float64(len(lines)-1)*size*1.2/2 + size*0.36
	for i, line := range lines {
		c.text(x, top+float64(i)*size*1.2, at, size, bold, class, line)
	}
}

// dot is the mark of a value. Hollow: it stands on too little. A shape says what the colour says: better points up, worse points down, and what
// is not judged is round.
func (c *canvas) dot(x, y, r float64, tone view.Tone, hollow bool) {
	class := "f-" + colourOf(tone) + " s-paper"
	if hollow {
		class = "f-paper s-grey"
	}
	thick := 1.5
	if hollow {
		thick = 2
	}
	switch {
	case tone == view.ToneBetter && !hollow:
		c.path("M"+px(x)+" "+px(y-r*1.25)+"L"+px(x+r*1.2)+" "+px(y+r*0.85)+"H"+px(x-r*1.2)+"Z", thick, class)
	case tone == view.ToneWorse && !hollow:
		c.path("M"+px(x)+" "+px(y+r*1.25)+"L"+px(x+r*1.2)+" "+px(y-r*0.85)+"H"+px(x-r*1.2)+"Z", thick, class)
	default:
		c.write(`<circle cx="`, px(x), `" cy="`, px(y), `" r="`, px(r), `" stroke-width="`, px(thick), `" class="`, class, `"/>`)
	}
}

// linked puts what is drawn behind a link of this site and a tooltip; either may be missing.
func (c *canvas) linked(link, tip string, draw func()) {
	here := strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//") || strings.HasPrefix(link, "#") || strings.HasPrefix(link, "?")
	if here {
		c.write(`<a href="`, html.EscapeString(link), `">`)
	} else {
		c.write(`<g>`)
	}
	if tip != "" {
		c.write(`<title>`, html.EscapeString(tip), `</title>`)
	}
	draw()
	if here {
		c.write(`</a>`)
	} else {
		c.write(`</g>`)
	}
}

// picture closes the canvas: the size, and the sentence for those who cannot see it.
func (c *canvas) picture(w, h float64, said string) string {
	role := "img"
	if strings.Contains(c.b.String(), "<a ") { // a reader of an image would not come to its links
		role = "group"
	}
	return `<svg xmlns="http://www.w3.org/2000/svg" class="pic" viewBox="0 0 ` + px(w) + ` ` + px(h) + `" width="` + px(w) + `" height="` + px(h) +
		`" role="` + role + `" aria-label="` + html.EscapeString(said) + `">` + c.b.String() + `</svg>`
}

// colourOf is the colour of marks of a tone.
func colourOf(t view.Tone) string {
	switch t {
	case view.ToneBetter:
		return "better"
	case view.ToneWorse:
		return "worse"
	default:
		return "grey"
	}
}

// wordsOf is the colour of words of a tone.
func wordsOf(t view.Tone) string {
	return map[view.Tone]string{view.ToneNone: "f-ink", view.ToneBetter: "f-blue", view.ToneWorse: "f-orange", view.ToneQuiet: "f-quiet"}[t]
}

// curve is a line through values, broken where one is missing; a value between two gaps becomes a short stroke.
func curve(values []float64, x, y func(float64) float64) string {
	var b strings.Builder
	pen := false
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			pen = false
			continue
		}
		command := "L"
		if !pen {
			command = "M"
		}
		b.WriteString(command + px(x(float64(i))) + " " + px(y(v)))
		if !pen && (i+1 == len(values) || math.IsNaN(values[i+1])) {
			b.WriteString("h0.1")
		}
		pen = true
	}
	return b.String()
}
