package picture

import (
	"math"

	"hulian/dashboards/view"
)

// spine draws a row for each measure, turned so that better lies to the right, with the middle unit on one line through all rows.
func spine(s *view.Spine, w Width) string {
	var c canvas
	l := s.Language
	names, values, all := gathered(s.Rows, func(r view.SpineRow) (string, view.Value) { return r.Name, r.Value })
	r := rowsOf(w, l, names, values)
	r.top = 30
	ends := 0.0 // room for the values of the worst and best unit
	for _, row := range s.Rows {
		ends = max(ends, width(row.Worst.Shown(), normal), width(row.Best.Shown(), normal))
	}
	from, to := r.left+ends+8, r.right-ends-8
	centre, half := (from+to)/2, (to-from)/2
	bottom := r.bottom(len(s.Rows))
	c.text(r.left, 15, start, normal, false, "f-quiet", l.T("最差", "Worst"))
	c.text(centre, 15, middle, normal, false, "f-quiet", l.T("中位", "Middle"))
	c.text(r.right, 15, end, normal, false, "f-quiet", l.T("最好", "Best"))
	for i, row := range s.Rows {
		c.linked(row.Value.Link, tip(l, row.Name, row.Value), func() {
			r.head(&c, i, row.Name, false, row.Value)
			y := r.y(i)
			sign := 1.0
			if row.Best.X < row.Worst.X {
				sign = -1
			}
			reach := max(math.Abs(row.Best.X-row.Middle), math.Abs(row.Worst.X-row.Middle))
			if !row.Value.Known() {
				r.unknown(&c, i, row.Value)
				return
			}
			if !row.Worst.Known() || !row.Best.Known() || reach == 0 {
				r.instead(&c, i, l.T("各单位相同，不作比较", "All are equal: nothing to compare"))
				return
			}
			place := func(x float64) float64 {
				return centre + sign*min(max((x-row.Middle)/reach, -1), 1)*half
			}
			a, b := place(row.Worst.X), place(row.Best.X)
			c.rect(a, y-7, b-a, 14, 3, "f-shade")
			c.line(a, y-7, a, y+7, 1, "s-line", "")
			c.line(b, y-7, b, y+7, 1, "s-line", "")
			low, high := place(row.Low), place(row.High)
			if low > high {
				low, high = high, low
			}
			c.rect(low, y-7, high-low, 14, 0, "f-band")
			c.line(low, y-7, low, y+7, 1.2, "s-line", "")
			c.line(high, y-7, high, y+7, 1.2, "s-line", "")
			c.text(r.left+ends, y+normal*0.36, end, normal, false, "f-quiet", row.Worst.Shown())
			c.text(r.right-ends, y+normal*0.36, start, normal, false, "f-quiet", row.Best.Shown())
			c.line(centre, y-r.pitch/2+3, centre, y+r.pitch/2-3, 1.4, "s-ink", "")
			c.dot(place(row.Value.X), y, 6, row.Value.Judged(), row.Value.Small())
		})
	}
	return c.picture(float64(w), bottom+4, tally(s.Frame, all))
}
