package drawing

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goldens are the pictures as pages show them.
func goldens(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../picture/testdata/*.svg")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d pictures: %v", len(files), err)
	}
	all := map[string]string{}
	for _, file := range files {
		svg, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = string(svg)
	}
	return all
}

// Every picture of the screen can be drawn on paper, and says there what it says on the screen, in the same order.
func TestEveryPictureOfTheScreenIsDrawn(t *testing.T) {
	for name, svg := range goldens(t) {
		p, err := Read(svg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var drawn []string
		for _, m := range p.Marks {
			if m.Text != "" {
				drawn = append(drawn, m.Text)
			}
		}
		if diff := cmp.Diff(texts(t, svg), drawn); diff != "" {
			t.Errorf("%s (-screen +paper):\n%s", name, diff)
		}
		raw, err := p.PNG(2)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if folder := os.Getenv("PICTURES"); folder != "" { // to look at them
			if err := os.WriteFile(filepath.Join(folder, name+".png"), raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		shown, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := shown.Bounds().Dx(); got != int(p.Width*2+0.5) {
			t.Errorf("%s is %d pixels wide", name, got)
		}
		dark := 0
		for y := range shown.Bounds().Dy() {
			for x := range shown.Bounds().Dx() {
				if r, g, b, _ := shown.At(x, y).RGBA(); r+g+b < 3*0x8000 {
					dark++
				}
			}
		}
		if len(drawn) > 0 && dark < 100 {
			t.Errorf("%s: %d dark pixels for %d texts", name, dark, len(drawn))
		}
	}
}

// texts are those of an SVG, read by nothing of this package.
func texts(t *testing.T, svg string) (all []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if err != nil {
			return all
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
	}
}

// What cannot be drawn is not left out.
func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for name, inner := range map[string]string{
		"element": `<ellipse/>`, "attribute": `<rect transform="scale(2)"/>`, "arc": `<path d="M0 0A1 1 0 0 1 2 2"/>`, "no beginning": `<path d="L1 1"/>`, "number": `<rect x="1em"/>`,
		"text": `<g>loose</g>`, "too few": `<path d="M1"/>`, "broken": `<g>`, "twice a point": `<path d="M1.2.3 4"/>`,
	} {
		if p, err := Read(`<svg width="9" height="9">` + inner + `</svg>`); err == nil {
			t.Errorf("%s was read: %+v", name, p)
		}
	}
	for _, p := range []Picture{{}, {Width: 20_000, Height: 1}} {
		if _, err := p.PNG(1); err == nil {
			t.Errorf("a picture of %v × %v was drawn", p.Width, p.Height)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, svg := range goldens(f) {
		f.Add(svg)
	}
	f.Fuzz(func(_ *testing.T, svg string) { _, _ = Read(svg) })
}

// TestColoursStayAsTheyAreDrawn: a picture of few colours keeps each; one of many keeps them so closely that nobody sees a difference, and white
// stays white.
func TestColoursStayAsTheyAreDrawn(t *testing.T) {
	for name, c := range map[string]struct{ colours, off int }{"few": {200, 0}, "many": {3000, 32}} {
		drawn := image.NewRGBA(image.Rect(0, 0, 100, 60))
		for i := range 100 * 60 {
			of := i % c.colours
			drawn.SetRGBA(i%100, i/100, color.RGBA{255 - byte(of%256), 255 - byte(of%256), 255 - byte(of/12%256), 255})
		}
		kept := indexed(drawn)
		if list, is := kept.(*image.Paletted); is != (c.off < 33) || is && len(list.Palette) > 256 {
			t.Errorf("%s: a picture of %T", name, kept)
		}
		for i := range 100 * 60 {
			r, g, b, a := kept.At(i%100, i/100).RGBA()
			w := drawn.RGBAAt(i%100, i/100)
			for n, d := range []int{int(r>>8) - int(w.R), int(g>>8) - int(w.G), int(b>>8) - int(w.B)} {
				if d > c.off || -d > c.off || a != 0xffff {
					t.Fatalf("%s: pixel %d: channel %d is off by %d", name, i, n, d)
				}
			}
		}
		if r, g, b, _ := kept.At(0, 0).RGBA(); r&g&b != 0xffff {
			t.Errorf("%s: white is %x %x %x", name, r, g, b)
		}
	}
}
