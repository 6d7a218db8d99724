package typeface

import (
	"embed"
	"fmt"
	"slices"
	"sync"
	"unicode"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/font/sfnt"
)

//go:embed fonts
var files embed.FS

// Face is one face.
type Face struct {
	Name string
	TTF  []byte // not to be changed
	Font *sfnt.Font
}

var (
	song = sync.OnceValue(func() *Face { return opened("Noto Serif SC", "NotoSerifSC-Regular") })
	hei  = sync.OnceValue(func() *Face { return opened("WenQuanYi Micro Hei", "WenQuanYiMicroHei") })
)

// Song is the face of running text. It stands in for 仿宋 too, of which there is none that may be given away with all its characters.
func Song() *Face { return song() }

// Hei is the face of headings and of pictures.
func Hei() *Face { return hei() }

// opened reads an embedded face. The program cannot be built with one that does not open: the tests of this package open both.
func opened(name, file string) *Face {
	packed, err := files.ReadFile("fonts/" + file + ".ttf.zst")
	if err != nil {
		panic(err)
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	defer unpack.Close()
	ttf, err := unpack.DecodeAll(packed, nil)
	if err != nil {
		panic(fmt.Errorf("typeface %s: %w", name, err))
	}
	font, err := sfnt.Parse(ttf)
	if err != nil {
		panic(fmt.Errorf("typeface %s: %w", name, err))
	}
	return &Face{name, ttf, font}
}

// Has reports whether the face draws a character.
func (f *Face) Has(r rune) bool {
	var b sfnt.Buffer
	i, err := f.Font.GlyphIndex(&b, r)
	return err == nil && i != 0
}

// Geta stands for a character that no face holds, as printers have it.
const Geta = '〓'

// Shown is what stands for a character on paper: itself, a space for what has no shape, or Geta.
func Shown(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r) && !Song().Has(r):
		return 0
	case Song().Has(r), Hei().Has(r):
		return r
	default:
		return Geta
	}
}

// Missing are the characters of texts that no face holds, each once, in order.
func Missing(texts ...string) (all []rune) {
	for _, text := range texts {
		for _, r := range text {
			if r > unicode.MaxASCII && Shown(r) == Geta && r != Geta && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Licence is the licence of one face, under the name of its file.
type Licence struct{ Face, File, Text string }

// Licences are those of both faces.
func Licences() (all []Licence) {
	for _, l := range []Licence{{Face: "Noto Serif SC", File: "NotoSerifSC-OFL.txt"}, {Face: "WenQuanYi Micro Hei", File: "WenQuanYiMicroHei-LICENSE.txt"}} {
		text, err := files.ReadFile("fonts/" + l.File)
		if err != nil {
			panic(err)
		}
		l.Text = string(text)
		all = append(all, l)
	}
	return all
}
