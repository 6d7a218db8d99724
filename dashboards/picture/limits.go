package picture

import (
	"math"

	"hulian/dashboards/view"
)

// limits draws for each unit the limits of its own base as a band, and its value with its interval on it.
func limits(d *view.Limits, w Width) string {
	var c canvas
	l := d.Language
	names, values, all := gathered(d.Rows, func(r view.LimitsRow) (string, view.Value) { return r.Name, r.Value })
	var numbers []float64
	if !d.Apart {
		numbers = append(numbers, d.Centre)
	}
	for _, r := range d.Rows {
		if d.Apart {
			numbers = append(numbers, r.Middle)
		}
		if r.Value.Known() && !r.Value.Small() { // the wide limits of a small base would press all others together
			numbers = append(numbers, r.Value.X, r.Outer[0], r.Outer[1], r.Low, r.High)
		}
	}
	r := rowsOf(w, l, names, values)
	r.top = 26
	s, ticks := scaleOf(d.Axis, r.left, r.right, numbers...)
	bottom := r.bottom(len(d.Rows))
	tall := c.horizontal(d.Axis, s, ticks, r.top, bottom)
	for i, row := range d.Rows {
		c.linked(row.Value.Link, tip(l, row.Name, row.Value), func() {
			r.head(&c, i, row.Name, row.Value.Judged() == view.ToneWorse, row.Value)
			y := r.y(i)
			if !row.Value.Known() {
				r.unknown(&c, i, row.Value)
				return
			}
			if !math.IsNaN(row.Outer[0]) && row.Outer[1] > row.Outer[0] {
				c.rect(s.at(row.Outer[0]), y-9, s.at(row.Outer[1])-s.at(row.Outer[0]), 18, 0, "f-shade")
				c.rect(s.at(row.Inner[0]), y-9, s.at(row.Inner[1])-s.at(row.Inner[0]), 18, 0, "f-band")
				for _, x := range row.Outer {
					c.line(s.at(x), y-9, s.at(x), y+9, 1, "s-line", "")
				}
			}
			if d.Apart {
				c.line(s.at(row.Middle), y-11, s.at(row.Middle), y+11, 1.6, "s-ink", "")
			}
			tone := row.Value.Judged()
			if row.High > row.Low {
				c.line(s.at(row.Low), y, s.at(row.High), y, 2.4, "s-"+colourOf(tone), "")
			}
			c.dot(s.at(row.Value.X), y, 5.5, tone, row.Value.Small())
		})
	}
	if d.Apart {
		return c.picture(float64(w), bottom+tall, tally(d.Frame, all))
	}
	x := s.at(d.Centre)
	r.vertical(&c, x, len(d.Rows), 1.2, "s-ink", "4 3")
	half := width(d.CentreText, normal) / 2
	c.text(min(max(x, half+1), float64(w)-half-1), 15, middle, normal, false, "f-ink", d.CentreText)
	return c.picture(float64(w), bottom+tall, tally(d.Frame, all))
}
