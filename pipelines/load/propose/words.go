package propose

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hulian/data"
)

// sense is what a header says: what its cells are, and what about.
type sense struct {
	answer string             // a meaning that is an answer; empty where the header does not say
	about  map[string]float64 // other meanings, and words nobody knows, by how much they say
}

// unknown begins what stands in sense.about for a word nobody knows.
const unknown = "?"

// word is a word of a header and what it can mean. Nobody knows a word without meanings.
type word struct {
	text  string
	means []string
	dense bool
}

// lexicon holds the words of headers: those of scripts that part words by blanks, and those of scripts that do not.
type lexicon struct {
	spaced, dense map[string][]string
	longest       int                 // characters of the longest dense word
	answers       map[string]bool     // meanings that are answers
	hides         map[string][]string // meanings that a meaning takes the place of
	near          map[string]map[string]float64
	weights       map[string]float64
}

var words = sync.OnceValue(func() *lexicon {
	l := &lexicon{spaced: map[string][]string{}, dense: map[string][]string{}, answers: map[string]bool{}, hides: map[string][]string{}, near: map[string]map[string]float64{}, weights: map[string]float64{}}
	for _, m := range data.Meanings() {
		l.answers[m.ID], l.hides[m.ID], l.near[m.ID], l.weights[m.ID] = m.Answer, m.Hides, m.Near, m.Weight
		for _, list := range m.Words {
			for _, text := range list {
				l.add(text, m.ID)
			}
		}
	}
	return l
})

func (l *lexicon) add(text, meaning string) {
	parts := units(text)
	if len(parts) == 0 {
		return
	}
	into, key := l.spaced, make([]string, len(parts))
	for i, p := range parts {
		key[i] = p.text
	}
	joined := strings.Join(key, " ")
	if parts[0].dense {
		into, joined = l.dense, strings.Join(key, "")
		l.longest = max(l.longest, utf8.RuneCountInString(joined))
	}
	if !slices.Contains(into[joined], meaning) {
		into[joined] = append(into[joined], meaning)
	}
}

// unit is a run of letters of one kind of script.
type unit struct {
	text  string
	dense bool
}

// dense reports whether a script writes words without blanks between them.
func isDense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー' || r == '々'
}

// units cuts a text at blanks, signs, digits, changes of script and the humps of camelCase, and folds case and accents.
// What stands in brackets is left out, unless there is nothing else.
func units(text string) []unit {
	text = strings.ReplaceAll(norm.NFKC.String(text), "%", " percent ")
	if outside := withoutBrackets(text); strings.ContainsFunc(outside, unicode.IsLetter) {
		text = outside
	}
	var all []unit
	var run []rune
	runDense, parted := false, true
	flush := func() {
		if len(run) == 0 {
			return
		}
		piece := fold(string(run))
		if n := len(all) - 1; runDense && !parted && n >= 0 && all[n].dense {
			all[n].text += piece // Korean parts words where Chinese does not
		} else {
			all = append(all, unit{piece, runDense})
		}
		run, parted = run[:0], false
	}
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			flush()
			parted = parted || !unicode.IsSpace(r) && r != '_'
			continue
		case len(run) > 0 && isDense(r) != runDense, hump(runes, i) && !runDense:
			flush()
		}
		runDense = isDense(r)
		run = append(run, r)
	}
	flush()
	return all
}

// hump reports whether a new word begins at a capital: createdDate, SRNumber.
func hump(runes []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(runes[i]) {
		return false
	}
	return unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func withoutBrackets(text string) string {
	depth := 0
	var out strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("([【〔〈<{", r):
			depth++
			out.WriteByte(' ')
		case strings.ContainsRune(")]】〕〉>}", r):
			depth = max(depth-1, 0)
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}

var plain = strings.NewReplacer("đ", "d", "ß", "ss", "ø", "o", "ł", "l", "æ", "ae", "œ", "oe", "ı", "i")

// fold takes case and accents off letters of scripts that part words, and writes traditional characters as simplified ones.
func fold(text string) string {
	text = strings.ToLower(text)
	if strings.ContainsFunc(text, isDense) {
		return simplified().Replace(text)
	}
	var out strings.Builder
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			out.WriteRune(r)
		}
	}
	return plain.Replace(out.String())
}

var simplified = sync.OnceValue(func() *strings.Replacer {
	var pairs []string
	for _, pair := range data.TraditionalCharacters() {
		pairs = append(pairs, pair[0], pair[1])
	}
	return strings.NewReplacer(pairs...)
})

// cut takes a header apart into words.
func (l *lexicon) cut(header string) (all []word) {
	parts := units(header)
	for i := 0; i < len(parts); {
		if parts[i].dense {
			all = append(all, l.cutDense(parts[i].text)...)
			i++
			continue
		}
		n := 1
		for n < mostParts && i+n < len(parts) && !parts[i+n].dense {
			n++
		}
		for ; n > 1; n-- {
			key := make([]string, n)
			for j := range key {
				key[j] = parts[i+j].text
			}
			if means := l.spacedMeans(strings.Join(key, " ")); means != nil {
				all = append(all, word{text: strings.Join(key, " "), means: means})
				break
			}
		}
		if n == 1 {
			all = append(all, l.cutSpaced(parts[i].text)...)
		}
		i += n
	}
	return all
}

// mostParts is of how many parts a term may consist: "number of people involved".
const mostParts = 4

// spacedMeans looks a word up, in the singular too and with the other endings a gender gives it.
func (l *lexicon) spacedMeans(text string) []string {
	if means, ok := l.spaced[text]; ok {
		return means
	}
	for _, ending := range []string{"s", "es", "n", "en", "e", "er"} {
		stem, ok := strings.CutSuffix(text, ending)
		if !ok || len(stem) < 3 {
			continue
		}
		if means, ok := l.spaced[stem]; ok {
			return means
		}
	}
	stem := strings.TrimSuffix(text, "s")
	if len(stem) >= 5 && strings.ContainsAny(stem[len(stem)-1:], "aoe") {
		for _, vowel := range []string{"o", "a", "e", ""} {
			if means, ok := l.spaced[stem[:len(stem)-1]+vowel]; ok {
				return means
			}
		}
	}
	return nil
}

// leastStem is of how many letters a stem is at least that stands for a word, and longestEnding how many may differ behind
// it, in languages that decline nouns: обращения is a form of обращение.
const leastStem, longestEnding = 4, 2

// declined looks a Cyrillic word up in another form.
func (l *lexicon) declined(text string) []string {
	runes := []rune(text)
	if !unicode.Is(unicode.Cyrillic, runes[0]) {
		return nil
	}
	for cut := range longestEnding {
		stem := len(runes) - cut - 1
		if stem < leastStem {
			break
		}
		for other, means := range l.spaced {
			if rest, ok := strings.CutPrefix(other, string(runes[:stem])); ok && utf8.RuneCountInString(rest) <= longestEnding {
				return means
			}
		}
	}
	return nil
}

// cutSpaced looks up one word, or the words it is put together of: Eingangsdatum, createddate.
func (l *lexicon) cutSpaced(text string) []word {
	if means := l.spacedMeans(text); means != nil {
		return []word{{text: text, means: means}}
	}
	if means := l.declined(text); means != nil {
		return []word{{text: text, means: means}}
	}
	if parts := l.compound(text); parts != nil {
		return parts
	}
	return []word{{text: text}}
}

// leastPart is how long a part of a compound is at least; leastEnd its last one: caseid.
const leastPart, leastEnd = 3, 2

// compound takes a word apart into known words with nothing but a linking letter or two between them.
func (l *lexicon) compound(text string) []word {
	if len(text) < leastPart+leastEnd {
		return nil
	}
	for end := len(text) - leastEnd; end >= leastPart; end-- {
		first, ok := l.spaced[text[:end]]
		if !ok {
			continue
		}
		for _, link := range []string{"", "s", "n", "en", "es", "er"} {
			rest, ok := strings.CutPrefix(text[end:], link)
			if !ok || len(rest) < leastEnd {
				continue
			}
			if means := l.spacedMeans(rest); means != nil {
				return []word{{text: text[:end], means: first}, {text: rest, means: means}}
			}
			if more := l.compound(rest); more != nil {
				return append([]word{{text: text[:end], means: first}}, more...)
			}
		}
	}
	return nil
}

// cutDense finds the fewest words that leave the fewest characters over.
func (l *lexicon) cutDense(text string) []word {
	const left = 1.5 // of a character that belongs to no word; a word costs 1
	runes := []rune(text)
	cost := make([]float64, len(runes)+1)
	from := make([]int, len(runes)+1)
	known := make([]bool, len(runes)+1)
	for end := 1; end <= len(runes); end++ {
		cost[end], from[end] = cost[end-1]+left, end-1
		for begin := max(end-l.longest, 0); begin < end; begin++ {
			if _, ok := l.dense[string(runes[begin:end])]; ok && cost[begin]+1 < cost[end] {
				cost[end], from[end], known[end] = cost[begin]+1, begin, true
			}
		}
	}
	var all []word
	for end := len(runes); end > 0; end = from[end] {
		piece := string(runes[from[end]:end])
		if known[end] {
			all = append(all, word{piece, l.dense[piece], true})
		} else if n := len(all) - 1; n >= 0 && all[n].means == nil {
			all[n].text = piece + all[n].text
		} else {
			all = append(all, word{piece, nil, true})
		}
	}
	slices.Reverse(all)
	return all
}

// mostSenses bounds how many ways to understand a header are followed.
const mostSenses = 8

// senses gives the ways a header can be understood.
func (l *lexicon) senses(header string) []sense {
	all := l.cut(header)
	ways := [][]string{nil}
	for _, w := range all {
		var next [][]string
		means := w.means
		if means == nil {
			means = []string{unknown + w.text}
		}
		for _, way := range ways {
			for _, m := range means {
				if len(next) < mostSenses {
					next = append(next, append(slices.Clone(way), m))
				}
			}
		}
		ways = next
	}
	var senses []sense
	for _, way := range ways {
		if s, ok := l.sense(all, way); ok {
			senses = append(senses, s)
			if kind, ok := l.named(s); ok {
				senses = append(senses, kind)
			}
		}
	}
	return senses
}

// named understands the name of a kind as the kind: 类别名称 is 类别.
func (l *lexicon) named(s sense) (kind sense, ok bool) {
	if s.answer != "name" {
		return s, false
	}
	for meaning := range s.about {
		if fitting[choices][meaning] == 1 && l.answers[meaning] {
			kind = sense{answer: meaning, about: maps.Clone(s.about)}
			delete(kind.about, meaning)
			return kind, true
		}
	}
	return s, false
}

// How much letters and words that nobody knows say next to those that mean something.
const saysLittle, saysSomething = 0.3, 0.6

// sense finds out which word says what the cells are. Languages without blanks put it last, as most others do; some put it
// first, with an "of" behind it or nothing; a time is told wherever it stands.
func (l *lexicon) sense(all []word, means []string) (s sense, ok bool) {
	s.about = map[string]float64{}
	at := l.head(all, means)
	for i, m := range means {
		switch {
		case i == at:
			s.answer = m
		case m == data.SmallWords:
		case strings.HasPrefix(m, unknown) && len([]rune(m)) < 3: // a letter alone
			s.about[m] = saysLittle
		case strings.HasPrefix(m, unknown):
			s.about[m] = saysSomething
		default:
			s.about[m] = l.weights[m]
		}
	}
	for m := range s.about {
		for _, hidden := range l.hides[m] {
			delete(s.about, hidden)
		}
	}
	delete(s.about, s.answer)
	return s, s.answer != "" || len(s.about) > 0
}

// head is the index of the word that says what the cells are; -1 where none does.
func (l *lexicon) head(all []word, means []string) int {
	first, last := -1, -1
	for i, m := range means {
		if m != data.SmallWords {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	if last < 0 {
		return -1
	}
	answers := func(i int) bool { return l.answers[means[i]] }
	for last > first && strings.HasPrefix(means[last], unknown) {
		last--
	}
	if all[last].dense {
		if answers(last) {
			return last
		}
		if means[first] == "yesno" {
			return first
		}
		return -1
	}
	for i := range means {
		if means[i] == "time" {
			return i
		}
	}
	switch {
	case answers(first) && first+1 < len(means) && means[first+1] == data.SmallWords:
		return first
	case answers(last):
		return last
	case answers(first):
		return first
	}
	return -1
}
