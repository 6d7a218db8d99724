package picture

import "hulian/dashboards/view"

// diverging draws changes as bars from zero.
func diverging(d *view.Diverging, w Width) string {
	var c canvas
	l := d.Language
	names, values, all := gathered(d.Rows, func(r view.DivergingRow) (string, view.Value) { return r.Name, r.Change })
	numbers := []float64{0}
	for _, r := range d.Rows {
		if r.Change.Known() {
			numbers = append(numbers, r.Change.X)
		}
	}
	r := rowsOf(w, l, names, values)
	axis := d.Axis
	axis.Signed = true
	s, ticks := scaleOf(axis, r.left, r.right, numbers...)
	bottom := r.bottom(len(d.Rows))
	tall := c.horizontal(axis, s, ticks, r.top, bottom)
	for i, row := range d.Rows {
		c.linked(row.Change.Link, tip(l, row.Name, row.Change), func() {
			r.head(&c, i, row.Name, false, row.Change)
			if !row.Change.Known() {
				r.unknown(&c, i, row.Change)
				return
			}
			y, from, to := r.y(i), s.at(0), s.at(row.Change.X)
			if from > to {
				from, to = to, from
			}
			if row.Change.Small() {
				c.write(`<rect x="`, px(from), `" y="`, px(y-8), `" width="`, px(max(to-from, 2)), `" height="16" stroke-width="1.5" class="f-paper s-grey"/>`)
				return
			}
			c.rect(from, y-8, max(to-from, 2), 16, 2, "f-"+colourOf(row.Change.Judged()))
		})
	}
	r.vertical(&c, s.at(0), len(d.Rows), 1.4, "s-ink", "")
	return c.picture(float64(w), bottom+tall, tally(d.Frame, all))
}
