package picture

import (
	"cmp"

	"hulian/dashboards/view"
)

// steps draws two bars for each step, one for how many reached it and one for the time it took, beside the time of the others.
func steps(s *view.Steps, w Width) string {
	var c canvas
	l := s.Language
	most, longest := 1.0, 1.0
	for _, step := range s.Steps {
		if step.Count.Known() {
			most = max(most, step.Count.X)
		}
		for _, v := range []view.Value{step.Days, step.Others} {
			if v.Known() {
				longest = max(longest, v.X)
			}
		}
	}
	g := stepsAt{w: w, most: most, longest: longest, l: s}
	for _, step := range s.Steps {
		g.said = max(g.said, width(step.Days.Shown(), normal)*1.08)
	}
	if w.narrow() {
		g.pitch, g.top, g.left, g.half, g.days = 74, 26, 0, float64(w)*0.5, float64(w)*0.52
	} else {
		name := 60.0
		for _, step := range s.Steps {
			name = max(name, width(step.Name, normal))
		}
		g.left = min(name, 130) + 14
		g.pitch, g.top = 48, 26
		g.half = g.left + (float64(w)-g.left)*0.5
		g.days = g.half + 14
	}
	c.text(g.left, 14, start, normal, false, "f-quiet", l.T("到达件数", "Reached"))
	c.text(g.days, 14, start, normal, false, "f-quiet", cut(l.Tf("用时（竖线：%s）", "Time (line: %s)", s.Against), normal, float64(w)-g.days))
	worst := ""
	for i, step := range s.Steps {
		if step.Worst {
			worst = step.Name
		}
		c.linked(step.Count.Link, "", func() { g.draw(&c, i, step) })
	}
	said := l.Tf("%s，%d个环节", "%s: %d steps", s.Title, len(s.Steps))
	if worst != "" {
		said += l.Tf("，卡在“%s”", ", most time is lost at “%s”", worst)
	}
	return c.picture(float64(w), g.top+float64(len(s.Steps))*g.pitch, said+l.T("。", "."))
}

// stepsAt gives the places of the parts of the picture.
type stepsAt struct {
	w                   Width
	said, most, longest float64
	pitch, top          float64
	left, half, days    float64
	l                   *view.Steps
}

func (g stepsAt) draw(c *canvas, i int, step view.Step) {
	y := g.top + float64(i)*g.pitch + g.pitch/2
	name, class := step.Name, "f-ink"
	if step.Worst {
		name, class = "▼ "+name, "f-orange"
	}
	if g.w.narrow() {
		y += 10
		c.text(0, y-22, start, normal, true, class, cut(name, normal, float64(g.w)))
	} else {
		c.lines(0, y, start, normal, true, class, wrapped(name, normal, g.left-10, 3))
	}
	g.count(c, y, step)
	g.time(c, y, step)
}

// count is the bar of how many, with how many of them wait past the limit.
func (g stepsAt) count(c *canvas, y float64, step view.Step) {
	l := g.l.Language
	room := g.half - g.left - 52
	if !step.Count.Known() {
		c.lines(g.left, y, start, normal, false, "f-quiet", wrapped(l.T("未知：", "Unknown: ")+step.Count.Unknown, normal, g.half-g.left-6, 2))
		return
	}
	long := max(step.Count.X/g.most*room, 2)
	waits := step.Waiting.Known() && step.Waiting.X > 0
	at := y + 3
	if waits {
		at = y - 4
	}
	c.rect(g.left, at-9, long, 14, 2, "f-grey")
	c.text(g.left+long+6, at+3, start, normal, true, "f-ink", step.Count.Shown())
	if waits {
		late := max(step.Waiting.X/g.most*room, 2)
		c.rect(g.left, y+5, late, 7, 1, "f-worse")
		c.text(g.left+late+6, y+15, start, normal, false, "f-orange", cmp.Or(g.l.Waits, l.T("超期", "overdue "))+step.Waiting.Shown())
	}
}

// time is the bar of how long, against the others.
func (g stepsAt) time(c *canvas, y float64, step view.Step) {
	l := g.l.Language
	room := float64(g.w) - g.days - g.said - 10
	if !step.Days.Known() && step.Days.Unknown == "" {
		return // time is counted from this step on
	}
	if !step.Days.Known() {
		c.lines(g.days, y, start, normal, false, "f-quiet", wrapped(l.T("未知：", "Unknown: ")+step.Days.Unknown, normal, float64(g.w)-g.days, 2))
		return
	}
	long, ground := max(step.Days.X/g.longest*room, 2), "f-ahead"
	if step.Worst {
		ground = "f-worse"
	}
	if step.Days.Small() {
		c.write(`<rect x="`, px(g.days), `" y="`, px(y-8), `" width="`, px(long), `" height="16" stroke-width="1.5" class="f-paper s-grey"/>`)
	} else {
		c.rect(g.days, y-8, long, 16, 2, ground)
	}
	edge := long
	if step.Others.Known() {
		x := step.Others.X / g.longest * room
		c.line(g.days+x, y-13, g.days+x, y+13, 2.4, "s-ink", "")
		edge = max(edge, x+2)
	}
	c.text(g.days+edge+6, y+normal*0.36, start, normal, !step.Days.Small(), map[bool]string{true: "f-orange", false: "f-ink"}[step.Worst], step.Days.Shown())
}
