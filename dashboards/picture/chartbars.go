package picture

import (
	"cmp"
	"math"

	"hulian/dashboards/chart"
	"hulian/dashboards/view"
)

// bars draws values of named items, lying or upright, beside or on top of each other.
func bars(b chart.Bars, said string, w Width) string {
	var c canvas
	numbers, entries, colours := []float64{0}, []keyed(nil), make([]string, len(b.Parts))
	for n, p := range b.Parts {
		colours[n] = cmp.Or(p.Colour, chart.Shade(n))
		entries = append(entries, keyed{name: p.Name, colour: colours[n], kind: "field"})
		if !b.Stacked {
			numbers = append(numbers, p.Values...)
		}
	}
	if len(entries) == 1 {
		entries = nil
	}
	for i := range b.Items {
		_, sum := b.Span(len(b.Parts)-1, i)
		if b.Stacked {
			numbers = append(numbers, sum)
		}
	}
	axis := view.Axis{Suffix: suffix(b.Number), Title: b.Unit}
	if b.Ends > 0 {
		axis.Max = &b.Ends
	}
	d := barField{bars: b, colours: colours, top: c.key(entries, float64(w)) + 8}
	if b.Standing {
		return d.upright(&c, axis, numbers, said, float64(w))
	}
	return d.lying(&c, axis, numbers, said, float64(w))
}

type barField struct {
	bars    chart.Bars
	colours []string
	top     float64
}

// one draws one bar from and to numbers of a scale, across a place, and says where its number stands.
func (f barField) one(c *canvas, part, item int, s scale, at, thick float64) {
	p := f.bars.Parts[part]
	if item >= len(p.Values) || math.IsNaN(p.Values[item]) || math.IsInf(p.Values[item], 0) {
		return
	}
	low, high := f.bars.Span(part, item)
	from, to := s.at(low), s.at(high)
	fill, stroke := f.colours[part], ""
	if item < len(p.Colours) {
		fill = cmp.Or(p.Colours[item], fill)
	}
	hollow := item < len(p.Hollow) && p.Hollow[item] != ""
	if hollow {
		fill, stroke = "#ffffff", chart.Grey
	}
	text := ""
	if f.bars.Values {
		text = shownNumber(f.bars.Number, p.Values[item])
	}
	if hollow {
		text = p.Hollow[item]
	}
	if f.bars.Standing {
		c.coloured("M"+px(at-thick/2)+" "+px(from)+"V"+px(to)+"h"+px(thick)+"V"+px(from)+"Z", fill, stroke, 1, "")
		c.text(at, to-5, middle, normal, false, "f-ink", text)
		return
	}
	c.coloured("M"+px(from)+" "+px(at-thick/2)+"H"+px(to)+"v"+px(thick)+"H"+px(from)+"Z", fill, stroke, 1, "")
	if f.bars.Stacked && !hollow { // inside, where there is room: beside it stands the next
		if width(text, normal)+4 <= to-from {
			c.text((from+to)/2, at+normal*0.36, middle, normal, false, "f-ink", text)
		}
		return
	}
	c.text(to+5, at+normal*0.36, start, normal, false, "f-ink", text)
}

// sets are how many bars stand beside each other at an item.
func (f barField) sets() int {
	if f.bars.Stacked {
		return 1
	}
	return max(1, len(f.bars.Parts))
}

func (f barField) lying(c *canvas, axis view.Axis, numbers []float64, said string, w float64) string {
	left := 40.0
	for _, item := range f.bars.Items {
		left = max(left, min(width(item, normal), w*0.34)+10)
	}
	thick := 16.0
	if f.sets() > 1 {
		thick = 12
	}
	each := thick*float64(f.sets()) + 12
	bottom := f.top + each*float64(len(f.bars.Items))
	s, ticks := scaleOf(axis, left, w-58, numbers...)
	under := c.horizontal(axis, s, ticks, f.top, bottom)
	for i, item := range f.bars.Items {
		y := f.top + each*(float64(i)+0.5)
		c.lines(left-8, y, end, normal, false, "f-ink", wrapped(item, normal, left-10, 2))
		for n := range f.bars.Parts {
			at := y
			if !f.bars.Stacked {
				at += (float64(n) - float64(f.sets()-1)/2) * thick
			}
			f.one(c, n, i, s, at, thick-1)
		}
	}
	return c.picture(w, bottom+under, said)
}

func (f barField) upright(c *canvas, axis view.Axis, numbers []float64, said string, w float64) string {
	left, right := 52.0, w-12
	top := f.top + 16
	if f.bars.Unit != "" {
		top += 12
		c.text(2, f.top+8, start, normal, false, "f-quiet", f.bars.Unit)
	}
	bottom := top + tall(f.bars.Height)
	s, ticks := scaleOf(axis, bottom, top, numbers...)
	c.upright(axis, s, ticks, left, right)
	each := (right - left) / math.Max(float64(len(f.bars.Items)), 1)
	thick := min(each*0.65/float64(f.sets()), 46)
	lines := 1
	for i, item := range f.bars.Items {
		x := left + each*(float64(i)+0.5)
		broken := wrapped(item, normal, each-2, 3)
		lines = max(lines, len(broken))
		for n, line := range broken {
			c.text(x, bottom+18+float64(n)*normal*1.2, middle, normal, false, "f-quiet", line)
		}
		for n := range f.bars.Parts {
			at := x
			if !f.bars.Stacked {
				at += (float64(n) - float64(f.sets()-1)/2) * thick
			}
			f.one(c, n, i, s, at, thick-1)
		}
	}
	return c.picture(w, bottom+12+float64(lines)*normal*1.2, said)
}
