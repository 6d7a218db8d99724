// Package wording checks the sentences of papers against the measures they name, and fills them with figures.
//
// A sentence with placeholders in braces enters, such as {household_coverage.num}; it leaves filled, or a *Wrong leaves that names the
// placeholder and says why. Nothing is written, so a crash costs nothing. It refuses a placeholder that is neither a measure nor a slot of
// the sentence, a part a measure has not, a brace without its other half, a figure typed by hand, which no data would move, an
// empty sentence and one of more than 400 characters.
package wording

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/queries"
)

// Longest is how many characters a sentence may have.
const Longest = 400

// Why says why a sentence is refused.
type Why string

// Reasons.
const (
	Empty       Why = "empty"
	Long        Why = "long"
	Unclosed    Why = "unclosed"    // a brace without its other half
	NoSuch      Why = "no_such"     // neither a measure nor a slot of the sentence
	NoPart      Why = "no_part"     // the measure has no such part
	NotOnPapers Why = "not_here"    // the measure is not computed of towns and villages
	Typed       Why = "typed"       // a figure that is typed
	Unprintable Why = "unprintable" // a sign that is none of a sentence: a line's end
)

// Wrong says what is wrong with a sentence.
type Wrong struct {
	Why         Why
	Placeholder string // as it stands there; empty where none is to blame
	Near        string // what was probably meant; empty: nothing is near
}

// Error is the refusal as programs are told it.
func (w *Wrong) Error() string {
	return strings.TrimSpace("the sentence cannot be taken: " + string(w.Why) + " " + w.Placeholder)
}

// In says it in words.
func (w *Wrong) In(lang string) string {
	said := map[Why]data.Text{
		Empty: {Zh: "句子不能为空。", En: "A sentence cannot be empty."}, Long: {Zh: "句子不能超过400个字。", En: "A sentence has at most 400 characters."},
		Unclosed:    {Zh: "花括号没有配对：{p}。", En: "A brace lacks its other half: {p}."},
		NoSuch:      {Zh: "“{p}”既不是指标，也不是这句话可用的栏目。", En: "“{p}” is neither a measure nor a placeholder of this sentence."},
		NoPart:      {Zh: "“{p}”：这个指标没有这一部分；有分子、分母的指标可用 .num、.den，各指标可用 .aside。", En: "“{p}”: the measure has no such part; .num and .den stand for numerator and denominator of a rate, .aside for what is said beside it."},
		NotOnPapers: {Zh: "“{p}”：这个指标不按镇、村计算，不能写进通报。", En: "“{p}”: the measure is not computed of towns and villages and cannot stand in the notice."},
		Typed:       {Zh: "句子里不能直接写数字“{p}”：数据变了它不会变；请用指标或汉字数字。", En: "The figure “{p}” is typed: it would not move with the data. Write a measure, or the number in words."},
		Unprintable: {Zh: "句子里有换行或看不见的字符。", En: "The sentence holds a line's end or a sign that cannot be seen."},
	}[w.Why].In(lang)
	said = strings.ReplaceAll(said, "{p}", w.Placeholder)
	if w.Near != "" {
		said += data.Text{Zh: "是否指“" + w.Near + "”？", En: " Did you mean “" + w.Near + "”?"}.In(lang)
	}
	return said
}

// piece is a stretch of a sentence: words, or a placeholder.
type piece struct {
	text        string
	name, part  string // of a placeholder
	placeholder bool
}

func cut(text string) (pieces []piece, wrong *Wrong) {
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			return append(pieces, piece{text: text}), nil
		}
		if at > 0 {
			pieces = append(pieces, piece{text: text[:at]})
		}
		inner, rest, closed := strings.Cut(text[at+1:], "}")
		if text[at] == '}' || !closed || strings.ContainsRune(inner, '{') {
			return nil, &Wrong{Why: Unclosed, Placeholder: short(text[at:])}
		}
		name, part, _ := strings.Cut(inner, ".")
		pieces = append(pieces, piece{text: "{" + inner + "}", name: name, part: part, placeholder: true})
		text = rest
	}
	return pieces, nil
}

func short(text string) string {
	if runes := []rune(text); len(runes) > 20 {
		return string(runes[:20]) + "…"
	}
	return text
}

// Check says what is wrong with a text of a sentence; nil: nothing is.
func Check(s data.Sentence, text string) *Wrong {
	switch {
	case strings.TrimSpace(text) == "":
		return &Wrong{Why: Empty}
	case utf8.RuneCountInString(text) > Longest:
		return &Wrong{Why: Long}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return &Wrong{Why: Unprintable}
	}
	pieces, wrong := cut(text)
	if wrong != nil {
		return wrong
	}
	for _, p := range pieces {
		if wrong := p.check(s); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (p piece) check(s data.Sentence) *Wrong {
	if !p.placeholder {
		if at := strings.IndexFunc(p.text, unicode.IsDigit); at >= 0 {
			end := strings.IndexFunc(p.text[at:], func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != '%' && r != ',' })
			if end < 0 {
				end = len(p.text) - at
			}
			return &Wrong{Why: Typed, Placeholder: p.text[at : at+end]}
		}
		return nil
	}
	if slices.Contains(s.Slots, p.name) {
		if p.part != "" {
			return &Wrong{Why: NoPart, Placeholder: p.text}
		}
		return nil
	}
	m, known := queries.MeasureOf(p.name)
	switch {
	case !known:
		return &Wrong{Why: NoSuch, Placeholder: p.text, Near: near(p.name, s)}
	case !slices.Contains(m.Levels, queries.Town) || !slices.Contains(m.Levels, queries.Village):
		return &Wrong{Why: NotOnPapers, Placeholder: p.text}
	case p.part == "" && !strings.Contains(p.text, "."), p.part == "aside", m.Rate() && (p.part == "num" || p.part == "den"):
		return nil
	default:
		return &Wrong{Why: NoPart, Placeholder: p.text}
	}
}

// near is the placeholder that was probably meant; empty: none is near.
func near(name string, s data.Sentence) string {
	candidates := slices.Clone(s.Slots)
	for _, m := range queries.Measures() {
		candidates = append(candidates, m.ID)
	}
	if best := data.Nearest(name, candidates); best != "" {
		return "{" + best + "}"
	}
	return ""
}

// Measures are the measures a text names, each once, in its order.
func Measures(s data.Sentence, text string) (ids []string) {
	pieces, _ := cut(text)
	for _, p := range pieces {
		if p.placeholder && !slices.Contains(s.Slots, p.name) && !slices.Contains(ids, p.name) {
			ids = append(ids, p.name)
		}
	}
	return ids
}

// Slots are the texts of slots, from names and texts in turn.
func Slots(pairs ...string) map[string]string {
	of := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		of[pairs[i]] = pairs[i+1]
	}
	return of
}

// Fill puts figures and words in the places of a text that Check has taken. figure gives a part of a measure, false where it is not known:
// then the sentence is not said, and what leaves is empty.
func Fill(s data.Sentence, text string, slots map[string]string, figure func(measure, part string) (string, bool)) string {
	pieces, _ := cut(text)
	var b strings.Builder
	for _, p := range pieces {
		said := p.text
		if p.placeholder {
			if slices.Contains(s.Slots, p.name) {
				said = slots[p.name]
			} else {
				known := false
				if said, known = figure(p.name, p.part); !known {
					return ""
				}
			}
		}
		b.WriteString(said)
	}
	return b.String()
}
