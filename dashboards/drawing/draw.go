package drawing

import (
	"hulian/dashboards/picture"
	"hulian/dashboards/report"
	"hulian/dashboards/view"
)

// sharpness is how many pixels of a PNG stand for one of the picture: 240 to the inch, as an office prints.
const sharpness = 2.5

// Draw draws a block for paper, as PNG and as vectors.
func Draw(b view.Block) (report.Drawing, error) {
	if c, chart := b.(*view.Chart); !picture.Draws(b) && (!chart || c.From == nil) {
		return report.Drawing{}, report.ErrNotDrawn
	}
	svg, err := picture.Draw(b, picture.Wide)
	if err != nil {
		return report.Drawing{}, err
	}
	p, err := Read(svg)
	if err != nil {
		return report.Drawing{}, err
	}
	png := func() ([]byte, error) { return p.PNG(sharpness) }
	return report.Drawing{PNG: png, SVG: picture.Inlined(svg), Width: int(p.Width), Height: int(p.Height), Alt: p.Said}, nil
}
