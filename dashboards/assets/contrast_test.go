package assets

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// themes reads the colours of components.css: light, dark by the screen, dark by choice, and paper.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	f, ok := Get("components.css")
	if !ok {
		t.Fatal("components.css is not embedded")
	}
	names := []string{"light", "dark by the screen", "dark", "paper"}
	all := map[string]map[string]string{}
	blocks := regexp.MustCompile(`(?s):root[^{}]*\{([^{}]*--p-ink:[^{}]*)\}`).FindAllStringSubmatch(string(f.Body), -1)
	if len(blocks) != len(names) {
		t.Fatalf("%d sets of colours, want %d", len(blocks), len(names))
	}
	for i, block := range blocks {
		all[names[i]] = map[string]string{}
		for _, m := range regexp.MustCompile(`--p-([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(block[1], -1) {
			all[names[i]][m[1]] = m[2]
		}
	}
	return all
}

// luminance of a colour, and the contrast of two: WCAG 2.1, "relative luminance" and "contrast ratio".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("%q is no colour", colour)
	}
	l := 0.0
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(n>>(16-8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += share * c
	}
	return l
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text is read at 4.5 to 1, marks at 3 to 1 (WCAG 2.1 AA, 1.4.3 and 1.4.11), in every theme and on every ground that stands below it.
func TestComponentsCanBeRead(t *testing.T) {
	const text, mark = 4.5, 3.0
	pairs := []struct {
		over  string
		below []string
		least float64
	}{
		{"ink", []string{"paper", "behind", "among", "ahead", "shade", "band"}, text},
		{"quiet", []string{"paper", "shade", "among"}, text},
		{"blue", []string{"paper", "shade"}, text},
		{"orange", []string{"paper", "shade"}, text},
		{"on-far-behind", []string{"far-behind"}, text},
		{"on-far-ahead", []string{"far-ahead"}, text},
		{"better", []string{"paper", "shade", "band"}, mark},
		{"worse", []string{"paper"}, mark},
		{"grey", []string{"paper"}, mark},
		{"line", []string{"paper"}, mark},
	}
	for theme, colours := range themes(t) {
		for _, p := range pairs {
			for _, below := range p.below {
				if got := contrast(t, colours[p.over], colours[below]); got < p.least {
					t.Errorf("%s: %s on %s has %.2f to 1, want %.1f", theme, p.over, below, got, p.least)
				}
			}
		}
	}
	all := themes(t)
	for name, colour := range all["dark"] {
		if all["dark by the screen"][name] != colour {
			t.Errorf("%s is another colour where the screen chose the dark", name)
		}
	}
	for name, colour := range all["light"] {
		if all["paper"][name] != colour {
			t.Errorf("%s is another colour on paper", name)
		}
	}
}
