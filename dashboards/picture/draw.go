package picture

import (
	"fmt"

	"hulian/dashboards/view"
)

// Width is how wide a picture is drawn, in pixels. A page holds both and shows the one that fits; paper takes the wide one.
type Width int

// The widths: half a page on a desk, and a phone.
const (
	Wide   Width = 600
	Narrow Width = 330
)

// narrow reports whether names stand above what is drawn and not beside it.
func (w Width) narrow() bool { return w < 450 }

// Draw draws a block. Two widths of the same block say the same.
func Draw(b view.Block, w Width) (string, error) {
	switch b := b.(type) {
	case *view.Spine:
		return spine(b, w), nil
	case *view.TileMap:
		return tileMap(b, w), nil
	case *view.Limits:
		return limits(b, w), nil
	case *view.Multiples:
		return multiples(b, w), nil
	case *view.Diverging:
		return diverging(b, w), nil
	case *view.Scatter:
		return scatter(b, w), nil
	case *view.Forest:
		return forest(b, w), nil
	case *view.Gantt:
		return gantt(b, w), nil
	case *view.Steps:
		return steps(b, w), nil
	case *view.Chart:
		return drawnFrom(b, w)
	case view.Course:
		return sparkline(b), nil
	case *view.Strip:
		return strip(b), nil
	default:
		return "", fmt.Errorf("picture: no picture shows a block of the kind %q", b.Kind())
	}
}

// Draws reports whether Draw knows a block, on a page. Charts it draws for paper alone.
func Draws(b view.Block) bool {
	switch b.(type) {
	case *view.Spine, *view.TileMap, *view.Limits, *view.Multiples, *view.Diverging, *view.Scatter, *view.Forest, *view.Gantt, *view.Steps:
		return true
	default:
		return false
	}
}
