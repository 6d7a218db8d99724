package picture

import (
	"cmp"
	"math"
	"slices"

	"hulian/dashboards/chart"
	"hulian/dashboards/view"
)

// funnel draws values of units of different size between limits. Those beyond the limits are named first; a name without room is left out,
// as on the screen, and stands in the table.
func funnel(f chart.Funnel, said string, w Width) string {
	var c canvas
	var bases, values []float64
	var entries []keyed
	for _, d := range f.Dots {
		bases, values = append(bases, d.Base), append(values, d.Value)
	}
	for _, e := range f.Edges {
		bases = append(bases, e.Bases...)
		values = append(append(values, e.Low...), e.High...)
		entry := keyed{name: e.Name, colour: chart.Grey}
		if e.Dashed {
			entry.dash = "5 4"
		}
		entries = append(entries, entry)
	}
	values = append(values, f.Centre)
	entries = append(entries, keyed{name: f.CentreName, colour: chart.Dark})
	top := c.key(entries, float64(w)) + 8
	left, right := 56.0, float64(w)-16
	bottom := top + tall(chart.Tall)
	y, ticks := scaleOf(view.Axis{Suffix: suffix(f.Number)}, bottom, top, values...)
	across := view.Axis{Title: f.BaseTitle}
	x, steps := scaleOf(across, left, right, bases...)
	c.upright(view.Axis{Suffix: suffix(f.Number)}, y, ticks, left, right)
	under := c.horizontal(across, x, steps, bottom, bottom+4)
	for _, e := range f.Edges {
		dash := ""
		if e.Dashed {
			dash = "5 4"
		}
		for _, edge := range [][]float64{e.Low, e.High} {
			c.coloured(curve(edge, func(i float64) float64 { return x.at(e.Bases[int(i)]) }, y.at), "", chart.Grey, 1.4, dash)
		}
	}
	c.coloured("M"+px(left)+" "+px(y.at(f.Centre))+"H"+px(right), "", chart.Dark, 1.2, "")
	f.Dots = slices.DeleteFunc(slices.Clone(f.Dots), func(d chart.Dot) bool { return math.IsNaN(d.Base) || math.IsNaN(d.Value) })
	slices.SortStableFunc(f.Dots, func(a, b chart.Dot) int {
		rank := map[string]int{chart.Orange: 0, chart.Blue: 1}
		of := func(d chart.Dot) int {
			if d.Colour == "" {
				return 2
			}
			return rank[d.Colour]
		}
		return cmp.Or(cmp.Compare(of(a), of(b)), cmp.Compare(a.Base, b.Base))
	})
	var taken []box
	for _, d := range f.Dots {
		taken = append(taken, box{x.at(d.Base) - 6, y.at(d.Value) - 6, x.at(d.Base) + 6, y.at(d.Value) + 6})
	}
	for i, d := range f.Dots {
		colour := cmp.Or(d.Colour, chart.Dark)
		c.point(x.at(d.Base), y.at(d.Value), 5, colour, colour)
		half := width(d.Name, normal) / 2
		at := min(max(x.at(d.Base), half+2), float64(w)-half-2)
		name := box{at - half, y.at(d.Value) - 8 - normal, at + half, y.at(d.Value) - 7}
		free := name.y1 > top-14
		for n, t := range taken {
			free = free && (n == i || !name.meets(t))
		}
		if free {
			taken = append(taken, name)
			class := map[string]string{chart.Orange: "f-orange", chart.Blue: "f-blue"}[d.Colour]
			c.text(at, y.at(d.Value)-9, middle, normal, d.Colour != "", cmp.Or(class, "f-ink"), d.Name)
		}
	}
	return c.picture(float64(w), bottom+under, said)
}
