package picture

import (
	"hulian/dashboards/language"
	"hulian/dashboards/view"
)

// rows is the frame of pictures that have a row for each unit: the name at the left, the value at the right, between them what is
// drawn. On a phone name and value stand above it.
type rows struct {
	w          Width
	left       float64 // where the plot begins
	right      float64 // where it ends
	pitch      float64 // from row to row
	top        float64
	nameRoom   float64
	valueRight float64
	baseRoom   float64      // of the bases, at the far right, so that values stand below each other
	gaps       map[int]bool // rows that hold a reason instead of a value
	l          language.Language
}

// rowsOf makes room for the longest name and value, within reason.
func rowsOf(w Width, l language.Language, names []string, values []view.Value) rows {
	r := rows{w: w, l: l, valueRight: float64(w) - 2, top: 4, gaps: map[int]bool{}}
	longest, widest := 0.0, 0.0
	for _, n := range names {
		longest = max(longest, width(n, normal))
	}
	for i, v := range values {
		r.gaps[i] = !v.Known()
		widest = max(widest, width(v.Shown(), normal)*1.08)
		if base := v.Base(); base != "" {
			r.baseRoom = max(r.baseRoom, width(base, normal)+7)
		}
	}
	if w.narrow() {
		r.left, r.right, r.pitch = 10, float64(w)-12, 46
		r.nameRoom = float64(w) - widest - r.baseRoom - 12
		return r
	}
	r.nameRoom = min(max(longest, 60), 168)
	r.left, r.right, r.pitch = r.nameRoom+16, float64(w)-widest-r.baseRoom-18, 30
	return r
}

// y is the height at which a row's plot lies.
func (r rows) y(i int) float64 {
	y := r.top + float64(i)*r.pitch
	if r.w.narrow() {
		return y + 32
	}
	return y + r.pitch/2
}

func (r rows) bottom(n int) float64 { return r.top + float64(n)*r.pitch }

// vertical is a line through all rows that hold a value; on a phone it leaves out the lines of text.
func (r rows) vertical(c *canvas, x float64, n int, thick float64, class, dash string) {
	half := r.pitch / 2
	if r.w.narrow() {
		half = 12
	}
	for i := range n {
		if !r.gaps[i] {
			c.line(x, r.y(i)-half, x, r.y(i)+half, thick, class, dash)
		}
	}
}

// head writes name and value of a row.
func (r rows) head(c *canvas, i int, name string, bold bool, v view.Value) {
	y := r.y(i)
	if r.w.narrow() {
		y -= 18
	}
	lines := 2
	if r.w.narrow() {
		lines = 1
	}
	class := "f-ink"
	if t := v.Judged(); t == view.ToneWorse {
		class = wordsOf(t)
	}
	c.lines(1, y, start, normal, bold, class, wrapped(name, normal, r.nameRoom, lines))
	x := r.valueRight
	if base := v.Base(); base != "" {
		c.text(x, y+normal*0.36, end, normal, false, "f-quiet", base)
	}
	x -= r.baseRoom
	text := v.Shown()
	if v.Small() {
		c.text(x, y+normal*0.36, end, normal, false, "f-quiet", text)
		return
	}
	c.text(x, y+normal*0.36, end, normal, v.Known(), wordsOf(v.Judged()), text)
}

// unknown writes in the place of a plot why there is none.
func (r rows) unknown(c *canvas, i int, v view.Value) {
	said := r.l.T("未知", "Unknown")
	if v.Unknown != "" {
		said += r.l.T("：", ": ") + v.Unknown
	}
	r.instead(c, i, said)
}

// instead writes something in the place of a plot.
func (r rows) instead(c *canvas, i int, said string) {
	c.text(r.left+2, r.y(i)+normal*0.36, start, normal, false, "f-quiet", cut(said, normal, r.valueRight-r.left-r.baseRoom-20))
}

// tip is what is said of a row on demand.
func tip(l language.Language, name string, v view.Value) string {
	said := name + l.T("：", ": ") + v.Shown()
	if b := v.Base(); b != "" {
		said += l.T("（", " (") + b + l.T("）", ")")
	}
	switch {
	case !v.Known():
		said += " " + v.Unknown
	case v.Small():
		said += l.T("，基数太小，不作评价", ", too small a base to be judged")
	}
	return said
}
