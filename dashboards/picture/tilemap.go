package picture

import (
	"math"
	"strings"

	"hulian/dashboards/view"
)

// fills are the colours of a square or cell by its place, with the colour of the text on it.
func fills(p view.Place) (ground, ink string) {
	switch p {
	case view.FarBehind:
		return "f-far-behind", "f-on-far-behind"
	case view.SlightlyBehind:
		return "f-behind", "f-ink"
	case view.SlightlyAhead:
		return "f-ahead", "f-ink"
	case view.FarAhead:
		return "f-far-ahead", "f-on-far-ahead"
	default:
		return "f-among", "f-ink"
	}
}

// square draws the ground of a village: filled by its tier, or an outline where the data do not bear a judgement.
func square(c *canvas, t view.Tier, x, y, w, h, round float64) {
	if t.Poor {
		c.write(`<rect x="`, px(x+0.75), `" y="`, px(y+0.75), `" width="`, px(w-1.5), `" height="`, px(h-1.5), `" rx="`, px(round), `" stroke-width="1.5" stroke-dasharray="4 3" class="f-paper s-grey"/>`)
		return
	}
	ground, _ := fills(t.Place)
	c.rect(x, y, w, h, round, ground)
}

// placed gives every square a place: its own, or the next that is free.
func placed(squares []view.Square, columns int) ([]view.Square, int, int) {
	taken := map[[2]int]bool{}
	wide := 0
	for _, s := range squares {
		if s.Column > 0 && s.Row > 0 {
			taken[[2]int{s.Column, s.Row}] = true
			wide = max(wide, s.Column)
		}
	}
	if wide == 0 {
		wide = columns
	}
	all, high := make([]view.Square, len(squares)), 0
	column, row := 1, 1
	for i, s := range squares {
		for s.Column == 0 || s.Row == 0 {
			if !taken[[2]int{column, row}] {
				taken[[2]int{column, row}] = true
				s.Column, s.Row = column, row
			}
			if column++; column > wide {
				column, row = 1, row+1
			}
		}
		all[i] = s
		high = max(high, s.Row)
	}
	return all, wide, high
}

// tileMap draws the squares as they are placed. Those of many villages hold two characters; their names stand in the tooltip and in the table.
func tileMap(m *view.TileMap, w Width) string {
	var c canvas
	n := float64(len(m.Squares))
	squares, columns, high := placed(m.Squares, int(math.Ceil(math.Sqrt(n*float64(w)/330))))
	size := (float64(w) + 6) / float64(max(columns, 1))
	tall := min(max(size*0.82, 34), 92)
	if size < 64 {
		tall = max(min(size, 40), 26)
	}
	between := 6.0
	if size < 64 {
		between = 3
		size = (float64(w) + 3) / float64(columns)
	}
	counts := map[string]int{}
	for _, s := range squares {
		counts[s.Tier]++
		tier := m.TierOf(s)
		_, ink := fills(tier.Place)
		x, y := float64(s.Column-1)*size, float64(s.Row-1)*tall
		said := s.Name + " · " + tier.Name
		if s.Said != "" {
			said += " · " + s.Said
		}
		c.linked(s.Link, said, func() {
			square(&c, tier, x, y, size-between, tall-between, 5)
			mapText(&c, m, s, tier, x, y, size-between, tall-between, ink)
		})
	}
	bottom := float64(high) * tall
	bottom += mapKey(&c, m, counts, float64(w), bottom+4)
	return c.picture(float64(w), bottom+4, mapSaid(m, counts))
}

// mapText writes into a square what it has room for: name, tier and since when; or the short name.
func mapText(c *canvas, m *view.TileMap, s view.Square, tier view.Tier, x, y, w, h float64, ink string) {
	bold := tier.Place != view.Among
	if w < 58 {
		short := s.Short
		if short == "" {
			short = string([]rune(s.Name)[:min(2, len([]rune(s.Name)))])
		}
		if width(short, normal) > w {
			short = map[view.Place]string{view.FarBehind: "▼", view.SlightlyBehind: "▽", view.FarAhead: "▲"}[tier.Place]
		}
		c.text(x+w/2, y+h/2+normal*0.36, middle, normal, bold, ink, short)
		return
	}
	inner := w - 10
	under := under(tier, s, inner)
	room := max(1, int((h-12)/(normal*1.25))-len(under))
	size := large
	name := wrapped(s.Name, size, inner, room)
	if strings.HasSuffix(name[len(name)-1], "…") { // smaller rather than cut off
		size = normal
		name = wrapped(s.Name, size, inner, room)
	}
	at := y + 19
	for _, line := range name {
		c.text(x+5, at, start, size, bold, ink, line)
		at += size * 1.2
	}
	for i, line := range under {
		if at+float64(i)*normal*1.25 > y+h-3 {
			return
		}
		c.text(x+5, at+float64(i)*normal*1.25, start, normal, false, ink, line)
	}
}

// under is what stands under a name: the tier and since when, on two lines where one is too short for both.
func under(tier view.Tier, s view.Square, w float64) []string {
	if s.Said == "" {
		return wrapped(tier.Name, normal, w, 2)
	}
	if below := tier.Name + " · " + s.Said; width(below, normal) <= w {
		return []string{below}
	}
	return []string{wrapped(tier.Name, normal, w, 1)[0], wrapped(s.Said, normal, w, 1)[0]}
}

// mapKey is the key below the map, with how many villages each tier holds.
func mapKey(c *canvas, m *view.TileMap, counts map[string]int, w, top float64) float64 {
	x, y := 0.0, top
	for _, t := range m.Tiers {
		text := m.Language.Tf("%s %d", "%s %d", t.Name, counts[t.ID])
		need := 18 + width(text, normal) + 18
		if x > 0 && x+need > w {
			x, y = 0, y+22
		}
		square(c, t, x, y+4, 12, 12, 2)
		c.text(x+18, y+15, start, normal, false, "f-quiet", text)
		x += need
	}
	return y - top + 24
}

func mapSaid(m *view.TileMap, counts map[string]int) string {
	l := m.Language
	said := l.Tf("%s，共%d个", "%s: %d in all", m.Title, len(m.Squares))
	for _, t := range m.Tiers {
		var names []string
		for _, s := range m.Squares {
			if s.Tier == t.ID {
				names = append(names, s.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		said += l.T("，", "; ") + t.Name
		if t.Place < view.Among {
			said += named(l, "", names)
		} else {
			said += l.Tf("%d个", " %d", len(names))
		}
	}
	return said + l.T("。", ".")
}
