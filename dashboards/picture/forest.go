package picture

import (
	"math"

	"hulian/dashboards/view"
)

// forest draws estimates with their intervals. An interval that reaches beyond the axis ends in an arrow.
func forest(f *view.Forest, w Width) string {
	var c canvas
	l := f.Language
	names, values, all := gathered(f.Rows, func(r view.ForestRow) (string, view.Value) { return r.Name, r.Estimate })
	numbers := []float64{0}
	for i, r := range f.Rows {
		if r.Star {
			names[i] = "★ " + r.Name
		}
		if r.Estimate.Known() {
			numbers = append(numbers, r.Estimate.X, r.Low, r.High)
		}
	}
	r := rowsOf(w, l, names, values)
	axis := f.Axis
	axis.Signed = true
	s, ticks := scaleOf(axis, r.left, r.right, numbers...)
	bottom := r.bottom(len(f.Rows))
	tall := c.horizontal(axis, s, ticks, r.top, bottom)
	r.vertical(&c, s.at(0), len(f.Rows), 1.4, "s-ink", "")
	for i, row := range f.Rows {
		c.linked(row.Estimate.Link, tip(l, names[i], row.Estimate), func() {
			r.head(&c, i, names[i], row.Star, row.Estimate)
			if !row.Estimate.Known() {
				r.unknown(&c, i, row.Estimate)
				return
			}
			y, tone := r.y(i), row.Estimate.Judged()
			colour := "s-" + colourOf(tone)
			if row.High > row.Low {
				c.line(s.at(row.Low), y, s.at(row.High), y, 3, colour, "")
				if row.Low < s.low-1e-9 {
					c.path("M"+px(s.from+6)+" "+px(y-5)+"l-6 5l6 5", 2, colour)
				}
				if row.High > s.high+1e-9 {
					c.path("M"+px(s.to-6)+" "+px(y-5)+"l6 5l-6 5", 2, colour)
				}
			}
			if !math.IsNaN(row.Estimate.X) {
				c.dot(s.at(row.Estimate.X), y, 6, tone, row.Estimate.Small())
			}
		})
	}
	return c.picture(float64(w), bottom+tall, tally(f.Frame, all))
}
