package picture

import (
	"slices"
	"strings"
	"time"

	"hulian/dashboards/view"
)

// monthsAt places days and months on the axis of a Gantt picture.
type monthsAt struct {
	months []string
	from   float64
	pitch  float64
}

// at is where a day lies; of a month alone, its first day, or its end. ok is false for what cannot be read.
func (m monthsAt) at(day string, ends bool) (float64, bool) {
	if len(day) < 7 || len(m.months) == 0 {
		return 0, false
	}
	part := 0.0
	if ends {
		part = 1
	}
	if len(day) == 10 {
		d, err := time.Parse("2006-01-02", day)
		if err != nil {
			return 0, false
		}
		part = float64(d.Day()-1) / 31
	}
	switch i := slices.Index(m.months, day[:7]); {
	case i >= 0:
		return m.from + (float64(i)+part)*m.pitch, true
	case day[:7] < m.months[0]:
		return m.from, true
	case day[:7] > m.months[len(m.months)-1]:
		return m.from + float64(len(m.months))*m.pitch, true
	default:
		return 0, false
	}
}

// gantt draws a bar for each row on an axis of months.
func gantt(g *view.Gantt, w Width) string {
	var c canvas
	l := g.Language
	var names []string
	for _, r := range g.Rows {
		names = append(names, r.Name)
	}
	r := rowsOf(w, l, names, nil)
	r.right, r.top = float64(w)-8, 42
	axis := monthsAt{g.Months, r.left, (r.right - r.left) / float64(max(len(g.Months), 1))}
	bottom := r.bottom(len(g.Rows))
	for i, row := range g.Rows {
		r.gaps[i] = row.Unknown != ""
	}
	ganttAxis(&c, r, axis, len(g.Rows))
	begun := 0
	for i, row := range g.Rows {
		if row.Unknown == "" && !row.Planned && row.From != "" {
			begun++
		}
		said := strings.Join(slices.DeleteFunc([]string{row.Name, row.From + "–" + row.To, row.Text, row.Unknown}, func(s string) bool { return s == "" || s == "–" }), " · ")
		c.linked(row.Link, said, func() { ganttRow(&c, r, axis, i, row) })
	}
	if x, ok := axis.at(g.Now, true); ok {
		r.vertical(&c, x, len(g.Rows), 1.4, "s-ink", "4 3")
	}
	return c.picture(float64(w), bottom+6, l.Tf("%[1]s，共%[2]d项，其中%[3]d项已开始。", "%[1]s: %[2]d items, %[3]d of them begun.", g.Title, len(g.Rows), begun))
}

// ganttAxis writes the years, and of the months as many as have room.
func ganttAxis(c *canvas, r rows, m monthsAt, n int) {
	every := 1
	for _, n := range []int{1, 2, 3, 6, 12} {
		every = n
		if m.pitch*float64(n) >= 24 {
			break
		}
	}
	year := ""
	for i, month := range m.months {
		x := m.from + float64(i)*m.pitch
		number := int(month[5]-'0')*10 + int(month[6]-'0')
		if month[:4] != year {
			year = month[:4]
			if i == 0 || x > m.from+40 {
				c.text(x, 14, start, normal, true, "f-quiet", year)
			}
			r.vertical(c, x, n, 1, "s-line", "")
		} else {
			r.vertical(c, x, n, 1, "s-grid", "")
		}
		if (number-1)%every == 0 {
			c.text(x+m.pitch/2, 31, middle, normal, false, "f-quiet", strings.TrimPrefix(month[5:], "0"))
		}
	}
}

func ganttRow(c *canvas, r rows, m monthsAt, i int, row view.GanttRow) {
	r.head(c, i, row.Name, false, view.Value{Text: ""})
	y := r.y(i)
	from, ok := m.at(row.From, false)
	if row.Unknown != "" || !ok {
		r.unknown(c, i, view.Value{Unknown: row.Unknown})
		return
	}
	to, ok := m.at(row.To, true)
	if !ok {
		to = r.right
	}
	to = max(to, from+4)
	ink, ground := "f-on-far-ahead", "f-far-ahead"
	switch {
	case row.Planned:
		c.write(`<rect x="`, px(from), `" y="`, px(y-10), `" width="`, px(to-from), `" height="20" rx="3" stroke-width="1.5" stroke-dasharray="4 3" class="f-paper s-grey"/>`)
		ink, ground = "f-ink", ""
	case row.Tone == view.ToneWorse:
		ink, ground = "f-on-far-behind", "f-far-behind"
	case row.Tone == view.ToneQuiet:
		ink, ground = "f-ink", "f-band"
	}
	if ground != "" {
		c.rect(from, y-10, to-from, 20, 3, ground)
	}
	switch need := width(row.Text, normal) + 12; {
	case need <= to-from:
		c.text(from+6, y+normal*0.36, start, normal, false, ink, row.Text)
	case need <= from-r.left:
		c.text(from-6, y+normal*0.36, end, normal, false, "f-ink", row.Text)
	case need <= r.right-to:
		c.text(to+6, y+normal*0.36, start, normal, false, "f-ink", row.Text)
	case from-r.left > r.right-to:
		c.text(from-6, y+normal*0.36, end, normal, false, "f-ink", cut(row.Text, normal, from-r.left-8))
	default:
		c.text(from+6, y+normal*0.36, start, normal, false, ink, cut(row.Text, normal, to-from-10))
	}
	for _, mark := range row.Marks {
		if x, ok := m.at(mark.At, false); ok {
			c.linked("", mark.At+" "+mark.Text, func() {
				c.path("M"+px(x)+" "+px(y-20)+"l5.5 5.5l-5.5 5.5l-5.5-5.5Z", 1.5, "f-ink s-paper")
			})
		}
	}
}
