package picture

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// drawnFrom draws, for paper, a chart that a page leaves to ECharts: the same values, the same colours.
func drawnFrom(b *view.Chart, w Width) (string, error) {
	switch from := b.From.(type) {
	case chart.Series:
		return series(from, cmp.Or(b.Label, b.Title), w), nil
	case chart.Bars:
		return bars(from, cmp.Or(b.Label, b.Title), w), nil
	case chart.Funnel:
		return funnel(from, cmp.Or(b.Label, b.Title), w), nil
	default:
		return "", fmt.Errorf("picture: the chart %q can be drawn by a browser alone", b.ID)
	}
}

// tall is how high the field of a chart stands.
func tall(h chart.Height) float64 {
	return map[chart.Height]float64{chart.Short: 170, chart.Tall: 300}[h] + map[bool]float64{true: 230}[h != chart.Short && h != chart.Tall]
}

// coloured draws a path in a colour of a chart, which no style sheet knows.
func (c *canvas) coloured(d, fill, stroke string, thick float64, dash string) {
	c.write(`<path d="`, d, `" fill="`, cmp.Or(fill, "none"), `"`)
	if stroke != "" {
		c.write(` stroke="`, stroke, `" stroke-width="`, px(thick), `" stroke-linejoin="round" stroke-linecap="round"`)
	}
	if dash != "" {
		c.write(` stroke-dasharray="`, dash, `"`)
	}
	c.write(`/>`)
}

func (c *canvas) point(x, y, r float64, fill, stroke string) {
	c.write(`<circle cx="`, px(x), `" cy="`, px(y), `" r="`, px(r), `" fill="`, fill, `" stroke="`, stroke, `" stroke-width="1.5"/>`)
}

// pale is a colour as it looks where it covers white paper by less than a fifth.
func pale(colour string) string {
	var r, g, b int
	if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b); err != nil {
		return Palette["shade"]
	}
	mix := func(x int) int { return int(math.Round(255 - float64(255-x)*0.18)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(r), mix(g), mix(b))
}

// keyed is one entry of a key: a line, a dashed line, a field or a dot.
type keyed struct{ name, colour, dash, kind string }

// key writes what the colours mean, in as many lines as it takes.
func (c *canvas) key(entries []keyed, w float64) (height float64) {
	x, y := 0.0, 0.0
	for _, e := range entries {
		need := 26 + width(e.name, normal) + 16
		if x > 0 && x+need > w {
			x, y = 0, y+20
		}
		switch e.kind {
		case "field":
			c.coloured("M"+px(x)+" "+px(y+4)+"h20v10h-20Z", e.colour, "", 0, "")
		case "dot":
			c.point(x+10, y+9, 4.5, e.colour, e.colour)
		default:
			c.coloured("M"+px(x)+" "+px(y+9)+"h20", "", e.colour, 2.2, e.dash)
		}
		c.text(x+26, y+14, start, normal, false, "f-ink", e.name)
		x += need
	}
	if len(entries) == 0 {
		return 0
	}
	return y + 28
}

// upright draws a vertical axis with its grid.
func (c *canvas) upright(a view.Axis, s scale, ticks []float64, left, right float64) {
	step := 1.0
	if len(ticks) > 1 {
		step = ticks[1] - ticks[0]
	}
	for _, t := range ticks {
		c.line(left, s.at(t), right, s.at(t), 1, "s-grid", "")
		c.text(left-7, s.at(t)+normal*0.36, end, normal, false, "f-quiet", written(a, t, step))
	}
}

func suffix(n chart.Number) string {
	if n == chart.Percent {
		return "%"
	}
	return ""
}

// series draws values over months.
func series(s chart.Series, said string, w Width) string {
	var c canvas
	var numbers []float64
	if s.Number != chart.Percent {
		numbers = append(numbers, 0)
	}
	var entries []keyed
	colours, seen := make([]string, len(s.Lines)), map[string]string{}
	for i, l := range s.Lines {
		numbers = append(numbers, l.Values...)
		if _, known := seen[l.Name]; !known {
			seen[l.Name] = cmp.Or(l.Colour, chart.Shade(len(seen)))
			e := keyed{name: l.Name, colour: seen[l.Name]}
			if l.Dashed {
				e.dash = "5 4"
			}
			if l.Points {
				e.kind = "dot"
			}
			entries = append(entries, e)
		}
		colours[i] = cmp.Or(l.Colour, seen[l.Name])
	}
	for _, b := range s.Bands {
		numbers = append(append(numbers, b.Low...), b.High...)
		if _, known := seen[b.Name]; !known {
			seen[b.Name] = b.Name
			entries = append(entries, keyed{name: b.Name, colour: pale(cmp.Or(b.Colour, chart.Grey)), kind: "field"})
		}
	}
	if len(entries) == 1 {
		entries = nil
	}
	if s.Target != nil {
		numbers = append(numbers, *s.Target)
	}
	top := c.key(entries, float64(w)) + 8
	if s.Unit != "" {
		c.text(2, top+8, start, normal, false, "f-quiet", s.Unit)
		top += 20
	}
	if len(s.Marks) > 0 {
		top += 14 * float64(min(len(s.Marks), 2))
	}
	left, right, bottom := 52.0, float64(w)-12, top+tall(s.Height)
	axis := view.Axis{Suffix: suffix(s.Number), Min: s.Min, Max: s.Max}
	y, ticks := scaleOf(axis, bottom, top, numbers...)
	x := scale{0, math.Max(float64(len(s.Months)-1), 1), left + 14, right - 14}
	c.upright(axis, y, ticks, left, right)
	for _, b := range s.Bands {
		c.coloured(area(b.Low, b.High, x.at, y.at), pale(cmp.Or(b.Colour, chart.Grey)), "", 0, "")
	}
	c.months(s, x, bottom)
	c.rules(s, x, y, left, right, top, bottom)
	for i, l := range s.Lines {
		dash, thick := "", 2.2
		if l.Dashed {
			dash, thick = "5 4", 1.4
		}
		if !l.Points {
			c.coloured(curve(l.Values, x.at, y.at), "", colours[i], thick, dash)
		}
		for n, v := range l.Values {
			if l.Plain || math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			r, fill := 3.0, colours[i]
			if l.Points {
				r = 5.5
			}
			if n < len(l.Hollow) && l.Hollow[n] {
				fill = "#ffffff"
			}
			c.point(x.at(float64(n)), y.at(v), r, fill, colours[i])
		}
	}
	return c.picture(float64(w), bottom+26, said)
}

// months writes the newest month and as many before it as have room, evenly spaced.
func (c *canvas) months(s chart.Series, x scale, bottom float64) {
	widest := 0.0
	for _, m := range s.Months {
		widest = max(widest, width(reading.MonthName(m, s.Lang), normal))
	}
	n := len(s.Months)
	every := max(1, int(math.Ceil((widest+12)/((x.to-x.from)/math.Max(float64(n-1), 1)))))
	for i := n - 1; i >= 0; i -= every {
		at, place := middle, x.at(float64(i))
		text := reading.MonthName(s.Months[i], s.Lang)
		if place+width(text, normal)/2 > x.to+26 {
			at, place = end, x.to+26
		}
		c.line(x.at(float64(i)), bottom, x.at(float64(i)), bottom+4, 1, "s-line", "")
		c.text(place, bottom+18, at, normal, false, "f-quiet", text)
	}
}

// rules draws the target and the events. Neighbours are named on two lines.
func (c *canvas) rules(s chart.Series, x, y scale, left, right, top, bottom float64) {
	if s.Target != nil {
		c.line(left, y.at(*s.Target), right, y.at(*s.Target), 1.2, "s-line", "2 3")
		c.text(right-2, y.at(*s.Target)-4, end, normal, false, "f-quiet", s.TargetName)
	}
	for n, m := range s.Marks {
		for i, month := range s.Months {
			if month != m.Month {
				continue
			}
			c.line(x.at(float64(i)), top, x.at(float64(i)), bottom, 1.2, "s-line", "2 3")
			text := cut(m.Name, normal, right-left)
			half := width(text, normal) / 2
			c.text(min(max(x.at(float64(i)), half+2), right-half), top-5-14*float64(n%2), middle, normal, false, "f-quiet", text)
		}
	}
}

// shownNumber is a value as it stands at a bar.
func shownNumber(n chart.Number, x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return ""
	case n == chart.Percent:
		return reading.PerHundred(x, 1)
	case n == chart.OneDigit:
		return reading.Decimal(x, 1)
	default:
		return strings.TrimSpace(reading.Count(x))
	}
}
