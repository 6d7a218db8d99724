package picture

import (
	"cmp"
	"math"
	"slices"

	"hulian/dashboards/view"
)

// box is a part of the picture that is taken.
type box struct{ x1, y1, x2, y2 float64 }

func (a box) meets(b box) bool { return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2 }

// scatter draws units by two values. Those that are judged get their names first; a name that would lie on another, or on a dot, is left to
// the tooltip and the table.
func scatter(s *view.Scatter, w Width) string {
	var c canvas
	l := s.Language
	tall := 380.0
	if w.narrow() {
		tall = 340
	}
	var xs, ys []float64
	var all []judged
	unknown := 0
	for _, p := range s.Points {
		v := p.Y
		v.Tone = p.Tone
		if !p.X.Known() {
			v.Unknown = cmp.Or(p.X.Unknown, v.Unknown, "–")
		}
		v.Few = v.Few || p.X.Small()
		all = append(all, judged{p.Name, v})
		if !v.Known() {
			unknown++
			continue
		}
		xs, ys = append(xs, p.X.X), append(ys, p.Y.X)
	}
	if len(ys) > 0 && s.Corners != [4]string{} { // room for what the corners mean
		low, high := slices.Min(ys), slices.Max(ys)
		far := (high - low) * 0.12
		if w.narrow() {
			far *= 2 // on two lines
		}
		ys = append(ys, low-far, high+far)
	}
	if s.MiddleX != nil {
		xs = append(xs, *s.MiddleX)
	}
	if s.MiddleY != nil {
		ys = append(ys, *s.MiddleY)
	}
	left, right, top, bottom := 52.0, float64(w)-14, 26.0, tall-24
	sx, tx := scaleOf(s.X, left, right, xs...)
	sy, ty := scaleOf(s.Y, bottom, top, ys...)
	c.text(2, 14, start, normal, false, "f-quiet", cut(s.Y.Title, normal, float64(w)-4))
	for _, t := range ty {
		c.line(left, sy.at(t), right, sy.at(t), 1, "s-grid", "")
		c.text(left-7, sy.at(t)+normal*0.36, end, normal, false, "f-quiet", written(s.Y, t, ty[1]-ty[0]))
	}
	under := c.horizontal(s.X, sx, tx, top, bottom)
	taken, lines := corners(&c, s, sx, sy)
	names(&c, s, all, sx, sy, taken, lines)
	height := bottom + under
	if unknown > 0 {
		c.text(2, height+14, start, normal, false, "f-quiet", l.Tf("另有%d个未知，见下表", "%d more are unknown: see the table", unknown))
		height += 20
	}
	return c.picture(float64(w), height, tally(s.Frame, all))
}

// corners draws the lines that part the field and says what its corners mean.
func corners(c *canvas, s *view.Scatter, sx, sy scale) (taken, lines []box) {
	if s.MiddleX != nil {
		x := sx.at(*s.MiddleX)
		c.line(x, sy.to, x, sy.from, 1.2, "s-line", "4 3")
		lines = append(lines, box{x - 1, sy.to, x + 1, sy.from})
	}
	if s.MiddleY != nil {
		y := sy.at(*s.MiddleY)
		c.line(sx.from, y, sx.to, y, 1.2, "s-line", "4 3")
		lines = append(lines, box{sx.from, y - 1, sx.to, y + 1})
	}
	for i, text := range s.Corners {
		if text == "" {
			continue
		}
		broken := wrapped(text, normal, (sx.to-sx.from)/2-10, 2)
		wide, tall := 0.0, float64(len(broken))*normal*1.2
		for _, line := range broken {
			wide = max(wide, width(line, normal)+8)
		}
		x, at, from := sx.from+5, start, sx.from
		if i%2 == 1 {
			x, at, from = sx.to-3, end, sx.to-wide
		}
		y := sy.to + 4
		if i > 1 {
			y = sy.from - tall - 2
		}
		c.rect(from, y, wide, tall, 0, "f-paper")
		c.lines(x, y+tall/2, at, normal, false, "f-quiet", broken)
		taken = append(taken, box{from, y, from + wide, y + tall})
	}
	return taken, lines
}

// names draws the dots, and as many names as have room.
func names(c *canvas, s *view.Scatter, all []judged, sx, sy scale, taken, lines []box) {
	order := make([]int, 0, len(s.Points))
	for i := range s.Points {
		if all[i].value.Known() {
			order = append(order, i)
			x, y := sx.at(s.Points[i].X.X), sy.at(s.Points[i].Y.X)
			taken = append(taken, box{x - 6, y - 6, x + 6, y + 6})
		}
	}
	weight := func(i int) int {
		switch all[i].value.Judged() {
		case view.ToneWorse:
			return 0
		case view.ToneBetter:
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight(a), weight(b)) })
	for i := range slices.Backward(order) { // the judged lie on top
		p := s.Points[order[i]]
		v := all[order[i]].value
		c.linked(p.X.Link, tip(s.Language, p.Name, p.X)+" · "+v.Shown(), func() {
			c.dot(sx.at(p.X.X), sy.at(p.Y.X), 5.2, v.Judged(), v.Small())
		})
	}
	for _, i := range order {
		p, v := s.Points[i], all[i].value
		text := cut(p.Name, normal, 130)
		field := box{sx.from, sy.to - 10, sx.to + 12, sy.from}
		at, free := room(text, sx.at(p.X.X), sy.at(p.Y.X), field, slices.Concat(taken, lines))
		if !free { // rather across a line than not at all
			at, free = room(text, sx.at(p.X.X), sy.at(p.Y.X), field, taken)
		}
		if free {
			taken = append(taken, at)
			c.text(at.x1+2, at.y2-4, start, normal, v.Judged() == view.ToneWorse, wordsOf(v.Judged()), text)
		}
	}
}

// room looks for a free place for a name around its dot.
func room(text string, x, y float64, field box, taken []box) (box, bool) {
	wide, tall := width(text, normal)+4, 16.0
	for _, far := range []float64{9, 15, 21} {
		for _, at := range [][2]float64{{x + far, y - tall/2}, {x - far - wide, y - tall/2}, {x - wide/2, y - far - tall + 2}, {x - wide/2, y + far - 2},
			{x + far*0.6, y - far - tall + 5}, {x - far*0.6 - wide, y - far - tall + 5}, {x + far*0.6, y + far - 5}, {x - far*0.6 - wide, y + far - 5}} {
			b := box{at[0], at[1], at[0] + wide, at[1] + tall}
			if b.x1 < field.x1 || b.x2 > field.x2 || b.y1 < field.y1 || b.y2 > field.y2 {
				continue
			}
			if !slices.ContainsFunc(taken, b.meets) {
				return b, true
			}
		}
	}
	return box{math.NaN(), 0, 0, 0}, false
}
