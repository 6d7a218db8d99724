package picture

import (
	"strings"
	"unicode"
)

// Sizes of text in pixels. A picture is never shown smaller than at 12/13 of the width it was drawn at, so that no text falls below 12 px.
const (
	normal = 13.0
	large  = 15.0
)

// width is about how wide a text stands. Fonts differ; a tenth is added to Latin letters, so that what is found to fit does fit.
func width(text string, size float64) float64 {
	em := 0.0
	for _, r := range text {
		switch {
		case r > 0x2e7f: // Chinese, with its punctuation
			em++
		case strings.ContainsRune("iljtfr.,:;'|! ()[]", r):
			em += 0.34
		case strings.ContainsRune("mwMW%@–→★▲▼◆", r):
			em += 0.95
		case unicode.IsUpper(r):
			em += 0.72
		default:
			em += 0.57
		}
	}
	return em * size
}

// pieces are the parts of a text between which a line may break: words, and single Chinese characters.
func pieces(text string) []string {
	var all []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case r > 0x2e7f:
			flush()
			if len(all) > 0 && strings.ContainsRune("，。；：、）》”％", r) { // no line begins with them
				all[len(all)-1] += string(r)
				continue
			}
			all = append(all, string(r))
		case r == ' ':
			word.WriteRune(r)
			flush()
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return all
}

// wrapped breaks a text into lines no wider than room; what does not fit into the last of them ends in "…".
func wrapped(text string, size, room float64, lines int) []string {
	var all []string
	line := ""
	for _, piece := range pieces(text) {
		if line != "" && width(strings.TrimRight(line+piece, " "), size) > room {
			all = append(all, line)
			line = ""
		}
		line += piece
	}
	all = append(all, line)
	if len(all) > lines {
		all[lines-1] += strings.Join(all[lines:], "")
		all = all[:lines]
	}
	for i := range all {
		all[i] = cut(strings.TrimRight(all[i], " "), size, room)
	}
	return all
}

// cut shortens a text to a width.
func cut(text string, size, room float64) string {
	if width(text, size) <= room {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && width(string(runes)+"…", size) > room {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}
