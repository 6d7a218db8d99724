package pdf

import (
	"fmt"
	"strings"
	"unicode"

	"hulian/dashboards/drawing"
	"hulian/dashboards/typeface"
)

// style is how a text looks.
type style struct {
	face   *typeface.Face
	size   float64
	bold   bool
	colour string
}

func (s style) width(text string) float64 { return typeface.Width(s.face, text, s.size) }

// write sets a text that begins at a place on its base line. Each character stands wider apart by spread.
func (w *writer) write(x, y float64, s style, text string, spread float64) {
	for len(text) > 0 {
		face, piece, rest := w.piece(s.face, text)
		text = rest
		if piece == "" {
			continue
		}
		wide := typeface.Width(face, piece, s.size)
		if r := []rune(piece); r[0] > 0xffff { // the format of the file's text knows the first plane alone: it is drawn
			outline, _ := drawing.Glyph(face, r[0], x, y, s.size)
			w.outline(outline, s.colour, "", 0)
			w.drawn[r[0]] = true
			x += wide + spread
			continue
		}
		w.set(face, s, x, y, piece, spread)
		x += wide + spread*float64(len([]rune(piece)))
	}
}

// piece cuts off as much of a text as one face sets, and says which.
func (w *writer) piece(first *typeface.Face, text string) (face *typeface.Face, piece, rest string) {
	var b strings.Builder
	for i, r := range text {
		of, shown := typeface.Holds(first, r)
		if shown == 0 {
			continue
		}
		if shown == typeface.Geta && r != typeface.Geta {
			w.missing(r, text)
		}
		if b.Len() > 0 && (of != face || shown > 0xffff) {
			return face, b.String(), text[i:]
		}
		face = of
		b.WriteRune(shown)
		if shown > 0xffff {
			return face, b.String(), text[i+len(string(r)):]
		}
	}
	return face, b.String(), ""
}

func (w *writer) set(face *typeface.Face, s style, x, y float64, piece string, spread float64) {
	family := song
	if face == typeface.Hei() {
		family = hei
	}
	w.pdf.SetFont(family, "", s.size)
	r, g, b := rgb(s.colour)
	w.pdf.SetTextColor(r, g, b)
	if s.bold {
		w.pdf.SetDrawColor(r, g, b)
		w.pdf.SetLineWidth(s.size * drawing.Boldness)
		w.pdf.SetTextRenderingMode(2)
	}
	if spread != 0 {
		w.pdf.RawWriteStr(fmt.Sprintf("%.3f Tc\n", spread))
	}
	w.pdf.Text(x, y, piece)
	if spread != 0 {
		w.pdf.RawWriteStr("0 Tc\n")
	}
	if s.bold {
		w.pdf.SetTextRenderingMode(0)
	}
}

// missing keeps a character that is printed as 〓, with the words around the first place it stands.
func (w *writer) missing(r rune, text string) {
	if _, known := w.lacks[r]; known {
		return
	}
	runes := []rune(text)
	at := 0
	for runes[at] != r {
		at++
	}
	w.lacks[r] = string(runes[max(0, at-6):min(len(runes), at+7)])
}

// noBegin are the signs with which no line begins, and noEnd those with which none ends.
const (
	noBegin = "，。、；：！？）》”’】〕」』％%…—–·,.;:!?)]}°℃"
	noEnd   = "（《“‘【〔「『([{"
)

// pieces are the parts of a text between which a line may end.
func pieces(text string) (all []string) {
	var word []rune
	flush := func() {
		if len(word) > 0 {
			all = append(all, string(word))
			word = nil
		}
	}
	open := false // the last part is a sign with which no line ends
	for _, r := range text {
		switch {
		case strings.ContainsRune(noBegin, r) && (len(word) > 0 || len(all) > 0):
			if len(word) > 0 {
				word = append(word, r)
			} else {
				all[len(all)-1] += string(r)
			}
			if r > 0x2e7f {
				flush()
			}
			open = false
		case strings.ContainsRune(noEnd, r):
			if len(word) == 0 || r > 0x2e7f {
				flush()
			}
			word, open = append(word, r), true
		case r == '\u3000': // moves in what follows it
			word = append(word, r)
		case unicode.IsSpace(r):
			bound := len(word) == 1 && strings.ContainsRune("≥≤≈", word[0])
			word = append(word, ' ')
			if !bound {
				flush()
			}
			open = false
		case r > 0x2e7f:
			if !open {
				flush()
			}
			word, open = append(word, r), false
			flush()
		default:
			if n := len(word); n > 0 && word[n-1] > 0x2e7f && !open {
				flush()
			}
			word, open = append(word, r), false
		}
	}
	flush()
	return all
}

// broken breaks a text into lines: the first no wider than one room, the others than another. What does not fit a line by itself is
// broken anywhere rather than cut off.
func (s style) broken(text string, first, room float64) (lines []string) {
	line, wide, most := "", 0.0, first
	next := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, wide, most = "", 0, room
	}
	for _, paragraph := range strings.Split(text, "\n") {
		if line != "" {
			next()
		}
		for _, piece := range pieces(paragraph) {
			size := s.width(strings.TrimRight(piece, " "))
			if line != "" && wide+size > most+0.01 {
				next()
			}
			if size > most {
				for _, r := range piece {
					if one := s.width(string(r)); line != "" && wide+one > most+0.01 {
						next()
					}
					line += string(r)
					wide += s.width(string(r))
				}
				continue
			}
			line += piece
			wide += s.width(piece)
		}
	}
	if line != "" || len(lines) == 0 {
		next()
	}
	return lines
}

// least is the widest part of a text that no line can end in.
func (s style) least(text string) (widest float64) {
	for _, piece := range pieces(text) {
		widest = max(widest, s.width(strings.TrimRight(piece, " ")))
	}
	return widest
}

func rgb(colour string) (r, g, b int) {
	_, _ = fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b) // colours of this program, all of this form
	return r, g, b
}
