package picture

import (
	"math"

	"hulian/dashboards/view"
)

// multiples draws a small curve for each unit on one scale. The numbers of the scale stand at the first of each line of panels.
func multiples(m *view.Multiples, w Width) string {
	var c canvas
	l := m.Language
	columns := 4
	if w.narrow() {
		columns = 2
	}
	numbers := append([]float64{}, m.Reference...)
	for _, p := range m.Panels {
		numbers = append(numbers, p.Trend.Values...)
	}
	const left, head, plot, between = 42.0, 40.0, 62.0, 14.0
	s, ticks := scaleOf(m.Axis, plot, 0, numbers...)
	if len(ticks) > 2 {
		ticks = []float64{ticks[0], ticks[len(ticks)-1]}
	}
	wide := (float64(w) - left - between*float64(columns-1)) / float64(columns)
	for i, p := range m.Panels {
		x0 := left + float64(i%columns)*(wide+between)
		y0 := float64(i/columns) * (head + plot + 14)
		c.linked(p.Link, panelTip(m, p), func() { panel(&c, m, p, s, ticks, x0, y0, wide, i%columns == 0) })
	}
	lines := math.Ceil(float64(len(m.Panels)) / float64(columns))
	unknown := 0
	var worse, better []string
	for _, p := range m.Panels {
		switch {
		case p.Unknown != "":
			unknown++
		case p.Tone == view.ToneWorse:
			worse = append(worse, p.Name)
		case p.Tone == view.ToneBetter:
			better = append(better, p.Name)
		}
	}
	said := l.Tf("%s，%d个单位各一条曲线", "%s: a curve for each of %d units", m.Title, len(m.Panels)) + named(l, l.T("，较差", ", worse "), worse) + named(l, l.T("，较好", ", better "), better)
	if unknown > 0 {
		said += l.Tf("，%d个没有数据", ", %d without data", unknown)
	}
	return c.picture(float64(w), lines*(head+plot+14), said+l.T("。", "."))
}

func panelTip(m *view.Multiples, p view.Panel) string {
	said := p.Name
	if p.MarkText != "" {
		said += " · " + p.MarkText
	}
	if i := p.Trend.Newest(); i >= 0 && i < len(p.Trend.Months) {
		said += " · " + m.Language.MonthName(p.Trend.Months[i]) + " " + written(m.Axis, p.Trend.Values[i], 1)
	}
	return said
}

func panel(c *canvas, m *view.Multiples, p view.Panel, s scale, ticks []float64, x0, y0, wide float64, first bool) {
	const head, plot = 40.0, 62.0
	class := "f-ink"
	if p.Tone == view.ToneWorse {
		class = wordsOf(p.Tone)
	}
	c.text(x0, y0+14, start, normal, true, class, cut(p.Name, normal, wide))
	c.text(x0, y0+31, start, normal, false, "f-quiet", cut(p.Badge, normal, wide))
	top := y0 + head
	for _, t := range ticks {
		c.line(x0, top+s.at(t), x0+wide, top+s.at(t), 1, "s-grid", "")
		if first {
			c.text(x0-5, top+s.at(t)+normal*0.36, end, normal, false, "f-quiet", written(m.Axis, t, 1))
		}
	}
	if p.Unknown != "" {
		c.lines(x0, top+plot/2, start, normal, false, "f-quiet", wrapped(m.Language.T("未知：", "Unknown: ")+p.Unknown, normal, wide, 3))
		return
	}
	n := math.Max(float64(max(len(p.Trend.Values), len(m.Reference))-1), 1)
	x := func(i float64) float64 { return x0 + i*(wide-6)/n }
	y := func(v float64) float64 { return top + s.at(v) }
	if p.Mark >= 0 && p.MarkText != "" {
		c.line(x(float64(p.Mark)), top-4, x(float64(p.Mark)), top+plot, 1.2, "s-quiet", "3 3")
	}
	c.path(curve(m.Reference, x, y), 1.4, "s-line")
	colour := "s-better"
	if p.Tone == view.ToneWorse {
		colour = "s-worse"
	}
	c.path(curve(p.Trend.Values, x, y), 2.2, colour)
	for i, v := range p.Trend.Values {
		if p.Trend.HollowAt(i) && !math.IsNaN(v) {
			c.write(`<circle cx="`, px(x(float64(i))), `" cy="`, px(y(v)), `" r="2.6" stroke-width="1.3" class="f-paper s-grey"/>`)
		}
	}
}
