package typeface

import (
	"embed"
	"fmt"
	"slices"
	"sync"
	"unicode"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/*.txt
var files embed.FS

// The faces, packed: as they lie in the program, without a copy.
var (
	//go:embed fonts/NotoSerifSC-Regular.ttf.zst
	packedSong []byte
	//go:embed fonts/WenQuanYiMicroHei.ttf.zst
	packedHei []byte
)

// Face is one face.
type Face struct {
	Name string
	TTF  []byte // not to be changed
	Font *sfnt.Font

	advances sync.Map // by character, in ems
	holds    sync.Map // by character, what Holds found
}

// Advance is how far the next character stands from one, in ems. What the face lacks has none.
func (f *Face) Advance(r rune) float64 {
	if known, ok := f.advances.Load(r); ok {
		if em, is := known.(float64); is {
			return em
		}
	}
	var b sfnt.Buffer
	em := 0.0
	if i, err := f.Font.GlyphIndex(&b, r); err == nil && i != 0 {
		units := f.Font.UnitsPerEm()
		if wide, err := f.Font.GlyphAdvance(&b, i, fixed.I(int(units)), font.HintingNone); err == nil {
			em = float64(wide) / 64 / float64(units)
		}
	}
	f.advances.Store(r, em)
	return em
}

// Holds is the face that draws a character, the first choice or else the other one, and the character that stands for it; 0 for what has no
// shape.
func Holds(first *Face, r rune) (*Face, rune) {
	if known, ok := first.holds.Load(r); ok {
		if h, is := known.(held); is {
			return h.face, h.shown
		}
	}
	h := held{first, Shown(r)}
	switch {
	case h.shown == 0 || first.Has(h.shown):
	case Song().Has(h.shown):
		h.face = Song()
	default:
		h.face = Hei()
	}
	first.holds.Store(r, h)
	return h.face, h.shown
}

type held struct {
	face  *Face
	shown rune
}

// Width is how wide a text stands in a size.
func Width(first *Face, text string, size float64) (wide float64) {
	for _, r := range text {
		if face, r := Holds(first, r); r != 0 {
			wide += face.Advance(r) * size
		}
	}
	return wide
}

var (
	song = sync.OnceValue(func() *Face { return opened("Noto Serif SC", packedSong) })
	hei  = sync.OnceValue(func() *Face { return opened("WenQuanYi Micro Hei", packedHei) })
)

// Song is the face of running text. It stands in for 仿宋 too, of which there is none that may be given away with all its characters.
func Song() *Face { return song() }

// Hei is the face of headings and of pictures.
func Hei() *Face { return hei() }

// opened reads an embedded face. The program cannot be built with one that does not open: the tests of this package open both.
func opened(name string, packed []byte) *Face {
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	defer unpack.Close()
	ttf, err := unpack.DecodeAll(packed, nil)
	if err != nil {
		panic(fmt.Errorf("typeface %s: %w", name, err))
	}
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic(fmt.Errorf("typeface %s: %w", name, err))
	}
	return &Face{Name: name, TTF: ttf, Font: parsed}
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
	case r == '\u3000': // as wide as a Chinese character
		return r
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r) && !Song().Has(r):
		return 0
	case Hei().Has(r), Song().Has(r): // the small one first: pictures then never open the other, which takes a tenth of a second
		return r
	case r == '✗': // a check that is not met
		return '×'
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
