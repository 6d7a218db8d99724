package analyze

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/queries/stats/estimate"
)

var pictureKinds = []string{".svg", ".png"}

// Colours that people who do not see red and green apart can tell apart (Okabe & Ito).
var (
	blue   = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	orange = color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	green  = color.RGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}
	purple = color.RGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}
	grey   = color.RGBA{R: 0x77, G: 0x77, B: 0x77, A: 0xff}
	series = []color.RGBA{blue, orange, green, purple, grey}
	dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	dotted = []vg.Length{vg.Points(1), vg.Points(3)}
)

// picture is a plot with its size.
type picture struct {
	*plot.Plot
	width, height vg.Length
	latinOnly     bool     // the bitmap font has no Chinese; SVG leaves the font to the reader's machine
	replaced      []string // what stands for which name, and the names left out, in the order they came up
}

// CheckPicture refuses a name that no picture can be written under, before anything is computed.
func CheckPicture(path string) error {
	if slices.Contains(pictureKinds, strings.ToLower(filepath.Ext(path))) {
		return nil
	}
	return Usage{&pipelines.Fault{Op: "write the picture", At: path, Err: errors.New("its name must end in .svg or .png"), Next: "--plot " + strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"}}
}

// Draw writes the picture of a result: drawn aside and then renamed, so that no half of it is ever seen. It gives back
// what the picture could not write: "#1 = 甲" for a name that stands as a number, "月份" for one that is left out.
func (c *Call) Draw(document *Object, path string) ([]string, error) {
	if err := CheckPicture(path); err != nil {
		return nil, err
	}
	fault := func(err error) error {
		return &pipelines.Fault{Op: "write the picture", At: path, Err: err, Next: "--plot with a place you may write to"}
	}
	p := newPicture(strings.EqualFold(filepath.Ext(path), ".png"))
	if err := c.Method.draw(c, document, p); err != nil {
		return nil, &pipelines.Fault{Op: "draw the picture", At: path, Err: err, Next: "leave --plot out: the numbers stand above"}
	}
	p.pad()
	content, err := p.render()
	if err != nil {
		return nil, fault(err)
	}
	if err := durable.Write(path, content, 0o644); err != nil {
		return nil, fault(err)
	}
	return p.replaced, nil
}

func newPicture(latinOnly bool) *picture {
	p := &picture{Plot: plot.New(), width: 20 * vg.Centimeter, height: 12 * vg.Centimeter, latinOnly: latinOnly}
	p.BackgroundColor = color.White
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(3)
	for _, f := range []*font.Font{&p.Legend.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font} {
		f.Variant, f.Size = "Sans", vg.Points(9)
	}
	return p
}

// pad leaves room around the data, and above them for the legend. An axis that begins at 0 keeps doing so.
func (p *picture) pad() {
	const above = 0.16
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		span := axis.Max - axis.Min
		if axis.Min != 0 {
			axis.Min -= 0.03 * span
		}
		axis.Max += 0.03 * span
	}
	p.Y.Max += above * (p.Y.Max - p.Y.Min)
}

func (p *picture) render() ([]byte, error) {
	var b bytes.Buffer
	paint := func(canvas vg.CanvasSizer) {
		const margin = vg.Length(8)
		p.Draw(draw.Crop(draw.New(canvas), margin, -2*margin, margin, -margin))
	}
	if p.latinOnly {
		canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(150), vgimg.UseBackgroundColor(color.White))}
		paint(canvas)
		_, err := canvas.WriteTo(&b)
		return b.Bytes(), err
	}
	canvas := vgsvg.New(p.width, p.height)
	paint(canvas)
	_, err := canvas.WriteTo(&b)
	return b.Bytes(), err
}

// label gives a text the font can draw: a name in Chinese is replaced in bitmaps by the number of its row.
func (p *picture) label(text string, row int) string {
	if p.drawable(text) {
		return text
	}
	number := fmt.Sprintf("#%d", row+1)
	if said := number + " = " + text; !slices.Contains(p.replaced, said) {
		p.replaced = append(p.replaced, said)
	}
	return number
}

func (p *picture) drawable(text string) bool {
	return !p.latinOnly || !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x2e80 })
}

func (p *picture) axes(x, y string) {
	for _, axis := range []struct {
		of   *plot.Axis
		text string
	}{{&p.X, x}, {&p.Y, y}} {
		if p.drawable(axis.text) {
			axis.of.Label.Text = axis.text
		} else {
			p.replaced = append(p.replaced, axis.text)
		}
	}
}

// finite keeps the points that can be drawn.
func finite(x, y []float64) plotter.XYs {
	var out plotter.XYs
	for i := range min(len(x), len(y)) {
		if estimate.Finite(x[i]) && estimate.Finite(y[i]) {
			out = append(out, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return out
}

// line draws a polyline where there are two points at least.
func (p *picture) line(name string, x, y []float64, c color.Color, width float64, dash []vg.Length) error {
	at := finite(x, y)
	if len(at) < 2 {
		return nil
	}
	l, err := plotter.NewLine(at)
	if err != nil {
		return err
	}
	l.Color, l.Width, l.Dashes = c, vg.Points(width), dash
	p.Add(l)
	if name != "" {
		p.Legend.Add(name, l)
	}
	return nil
}

func (p *picture) dots(name string, x, y []float64, c color.Color, radius float64, shape draw.GlyphDrawer) error {
	at := finite(x, y)
	if len(at) == 0 {
		return nil
	}
	s, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: c, Radius: vg.Points(radius), Shape: shape}
	p.Add(s)
	if name != "" {
		p.Legend.Add(name, s)
	}
	return nil
}

// bars draws intervals, upright or lying.
func (p *picture) bars(at, low, high []float64, c color.Color, width float64, lying bool) error {
	for i := range at {
		if !estimate.Finite(low[i]) || !estimate.Finite(high[i]) {
			continue
		}
		x, y := []float64{at[i], at[i]}, []float64{low[i], high[i]}
		if lying {
			x, y = y, x
		}
		if err := p.line("", x, y, c, width, nil); err != nil {
			return err
		}
	}
	return nil
}

// across draws a horizontal line over the whole width.
func (p *picture) across(y float64, c color.Color, dash []vg.Length) {
	if !estimate.Finite(y) {
		return
	}
	f := plotter.NewFunction(func(float64) float64 { return y })
	f.Color, f.Width, f.Dashes, f.Samples = c, vg.Points(0.8), dash, 2
	p.Add(f)
}

// note writes a text at a point.
func (p *picture) note(x, y float64, text string) error {
	l, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: x, Y: y}}, Labels: []string{" " + text}})
	if err != nil {
		return err
	}
	l.TextStyle[0].Font.Variant, l.TextStyle[0].Font.Size = "Sans", vg.Points(8)
	p.Add(l)
	return nil
}

// named puts names on an axis, at most about thirty of them.
func named(names []string, most int) plot.ConstantTicks {
	step := max(1, int(math.Ceil(float64(len(names))/float64(most))))
	var ticks plot.ConstantTicks
	for i, name := range names {
		t := plot.Tick{Value: float64(i)}
		if i%step == 0 {
			t.Label = name
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// column reads a column of a table of the document as numbers; what is none is NaN.
func (o *Object) column(rowsKey, name string) []float64 {
	rows, _ := o.values[rowsKey].([][]any)
	columns, _ := o.values[columnsKey(rowsKey)].([]string)
	at := slices.Index(columns, name)
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = math.NaN()
		if at >= 0 && at < len(row) {
			out[i] = asFloat(row[at])
		}
	}
	return out
}

func asFloat(v any) float64 {
	switch v := plain("en", v).(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	}
	return math.NaN()
}

// first reads the first column of a table as names.
func (o *Object) first(rowsKey string) []string {
	rows, _ := o.values[rowsKey].([][]any)
	out := make([]string, len(rows))
	for i, row := range rows {
		if len(row) > 0 && row[0] != nil {
			out[i] = fmt.Sprint(row[0])
		}
	}
	return out
}
