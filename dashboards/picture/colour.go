package picture

import (
	"regexp"
	"strings"
)

// Palette is every colour of a picture on white paper, by the name that classes and the style sheet call it: class f-better fills
// with the variable --p-better, class s-better draws lines in it. Blue is better and orange is worse, in the pair of colours of the UK Analysis
// Function's palette for two series.
var Palette = map[string]string{
	"ink":    "#1b2733", // text
	"quiet":  "#55606c", // text that stands back
	"paper":  "#ffffff",
	"grid":   "#e3e7ec",
	"line":   "#7b8794", // axes and limits
	"band":   "#cfd9e4", // what is usual
	"shade":  "#eef2f6", // what is still possible
	"better": "#12436d",
	"worse":  "#f46a25",
	"grey":   "#7b8794", // marks that say nothing
	"blue":   "#1f5fa8", // words that say better
	"orange": "#a84300", // words that say worse

	"far-behind":    "#f46a25",
	"behind":        "#fbd5c0",
	"among":         "#eef1f5",
	"ahead":         "#c7dbec",
	"far-ahead":     "#12436d",
	"on-far-behind": "#1b1207",
	"on-far-ahead":  "#ffffff",
}

var classes = regexp.MustCompile(` class="([a-z -]*)"`)

// Inlined replaces the classes of a picture by their colours on white paper, for a program that draws it outside of a page.
func Inlined(svg string) string {
	return classes.ReplaceAllStringFunc(svg, func(found string) string {
		var b strings.Builder
		filled, stroked := false, false
		for _, class := range strings.Fields(classes.FindStringSubmatch(found)[1]) {
			kind, name, _ := strings.Cut(class, "-")
			colour, known := Palette[name]
			switch {
			case class == "pic": // the whole picture
			case kind == "f" && known:
				b.WriteString(` fill="` + colour + `"`)
				filled = true
			case kind == "s" && known:
				b.WriteString(` stroke="` + colour + `"`)
				stroked = true
			}
		}
		if stroked && !filled {
			b.WriteString(` fill="none"`)
		}
		return b.String()
	})
}
