package render

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"

	"hulian/dashboards/language"
	"hulian/dashboards/picture"
	"hulian/dashboards/view"
)

//go:embed templates/frame.tmpl templates/pictured.tmpl templates/tiles.tmpl templates/heat.tmpl templates/assured.tmpl templates/tree.tmpl
//go:embed templates/timeline.tmpl templates/badges.tmpl templates/checklist.tmpl templates/printlist.tmpl templates/notice.tmpl
//go:embed templates/progress.tmpl templates/listing.tmpl templates/drawer.tmpl templates/gallery.tmpl
var componentTemplates embed.FS

// rowsBehind is how many rows of the table behind a picture stand on the page; the download holds all of them.
const rowsBehind = 40

// manySquares is of how many villages a map is drawn once, for any width: two drawings would be half of the page.
const manySquares = 60

// verdictRoom is how long a verdict may be, in halves of a Chinese character.
const verdictRoom = 28

// framed is what every component has.
type framed interface {
	view.Block
	Framed() view.Frame
}

// shownComponent is a component as its template sees it.
type shownComponent struct {
	B            view.Block
	Frame        view.Frame
	Wide, Narrow template.HTML // the picture, where it is one
	Behind       *shownTable   // the table behind the picture
}

// componentFuncs are what the templates of components call.
func componentFuncs(set *template.Template) template.FuncMap {
	return template.FuncMap{
		"component": func(d any, b view.Block) (template.HTML, error) { return component(set, d, b) },
		"sparkline": func(f view.Frame, t view.Tile) (template.HTML, error) {
			if len(t.Trend.Values) == 0 && t.Strip != nil { // the strip is all there is to draw
				return "", nil
			}
			svg, err := picture.Draw(t.Course(f), picture.Narrow)
			return template.HTML(svg), err
		},
		"strip": func(s *view.Strip) (template.HTML, error) {
			svg, err := picture.Draw(s, picture.Narrow)
			return template.HTML(svg), err
		},
		"tilehead": func(f view.Frame, t view.Tile) string {
			f.State = t.State
			return f.Head()
		},
		"framed":  func(b view.Block) bool { _, ok := b.(framed); return ok },
		"verdict": verdict,
		"sign": func(t view.Tone) string {
			return map[view.Tone]string{view.ToneBetter: "▲ ", view.ToneWorse: "▼ "}[t]
		},
		"places": func() []view.Place {
			return []view.Place{view.FarBehind, view.SlightlyBehind, view.Among, view.SlightlyAhead, view.FarAhead}
		},
	}
}

// verdict refuses a verdict that would not fit into its tile.
func verdict(text string) (string, error) {
	room := 0
	for _, r := range text {
		if r > 0x2e7f {
			room++
		}
		room++
	}
	if room > verdictRoom {
		return "", fmt.Errorf("the verdict %q is longer than %d Chinese characters", text, verdictRoom/2)
	}
	return text, nil
}

// component draws a block by the template of its kind; a picture by the one of all pictures.
func component(set *template.Template, d any, b view.Block) (template.HTML, error) {
	shown := shownComponent{B: b}
	if f, ok := b.(framed); ok {
		shown.Frame = f.Framed()
	}
	name := "component-" + b.Kind()
	if p, ok := b.(view.Pictured); ok && shown.Frame.State == view.Ready {
		shown.Behind = behind(d, p)
	}
	if l, ok := b.(*view.Listing); ok && shown.Behind != nil && l.Exports == nil {
		offered := *l
		offered.Exports = shown.Behind.Downloads
		shown.B = &offered
	}
	if drawer, ok := b.(*view.Drawer); ok && shown.Behind != nil && drawer.Rows.Exports == nil {
		offered := *drawer
		offered.Rows.Exports = shown.Behind.Downloads
		shown.B = &offered
	}
	if picture.Draws(b) {
		name = "component-pictured"
		if shown.Frame.State == view.Ready {
			widths := map[picture.Width]*template.HTML{picture.Wide: &shown.Wide, picture.Narrow: &shown.Narrow}
			if m, ok := b.(*view.TileMap); ok && len(m.Squares) > manySquares {
				delete(widths, picture.Wide)
			}
			for width, into := range widths {
				svg, err := picture.Draw(b, width)
				if err != nil {
					return "", err
				}
				*into = template.HTML(svg)
			}
		}
	}
	if set.Lookup(name) == nil {
		return "", fmt.Errorf("no template draws a block of the kind %q", b.Kind())
	}
	var out bytes.Buffer
	err := set.ExecuteTemplate(&out, name, shown)
	return template.HTML(out.String()), err
}

// behind is the table behind a picture, few rows at a time.
func behind(d any, p view.Pictured) *shownTable {
	all := p.Behind()
	if all == nil {
		return nil
	}
	table := *all
	table.PageRows = cmp.Or(table.PageRows, rowsBehind)
	shown := listed(d, &table, "figure-"+p.Framed().ID)
	return &shown
}

// Shelf is the page that shows every component in every state, for those who build pages.
type Shelf struct {
	Lang   string
	Theme  string // light or dark; empty: as the screen prefers
	Hall   bool
	Looks  []Crumb // the same page in another language and theme
	Groups []ShelfGroup
}

// ShelfGroup is one component.
type ShelfGroup struct {
	ID, Name string
	Examples []Example
}

// Example is a component in one state.
type Example struct {
	State string
	Whole bool // it takes the whole width
	Block view.Block
}

// Gallery sets the page of all components.
func Gallery(s Shelf) ([]byte, error) { return execute(cmp.Or(s.Lang, language.Chinese), "gallery", s) }
