package propose

import (
	"slices"
	"strings"
	"sync"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// row is a row of the sample.
type row struct {
	no    int64
	cells []decode.Cell
	texts []string
}

func trim(cell string) string { return decode.Trim(cell) }

func filled(cells []string) (n int) {
	for _, cell := range cells {
		if trim(cell) != "" {
			n++
		}
	}
	return n
}

// found is a row that names the columns, with the texts it names them by.
type found struct {
	at    int // in the sample
	cells []string
	score float64
	other int // cells that are no values of the kind that stands below them
}

// belowHeader is of how many rows the values are looked at to find the header.
const belowHeader = 40

// What cells of a row say for its being the header, a column each.
const (
	saysKnown    = 1.0  // all its words mean something
	saysPartly   = 0.4  // of that, where words are left that nobody knows: names have such
	saysOther    = 0.7  // it is no value of the kind that stands below it
	saysValue    = -1.5 // it is a figure, a day or a telephone number itself
	saysRepeated = -1.0 // it stands below again, or beside
	saysLong     = -1.0

	leastHeader  = 0.3  // mean of all columns
	leastAlone   = 0.7  // likewise where nothing stands below
	mostValues   = 0.25 // share of cells that may be values, all the same
	longestName  = 60   // characters of a cell in a header
	nearlyAsGood = 0.3  // so much less than the best still counts as well, for a second row of names below
	leastOther   = 2    // columns in which it must be no value, for it to be no row of data
	liveShare    = 0.25 // of the rows that fill a column, for it to count
)

// headers finds the row that names the columns, among the first rows that hold anything. asked is the row a person said it
// is; 0: nobody did. A row of data is no header: without one that is different from what stands below it nothing is found.
func headers(sample []row, asked int64) (found, bool) {
	within := sample[:min(len(sample), match.HeaderWithin)]
	if asked > 0 {
		i := slices.IndexFunc(sample, func(r row) bool { return r.no == asked })
		if i < 0 {
			return found{}, false
		}
		within = sample[:i+1]
	}
	var best []found
	for i, r := range within {
		if asked > 0 && r.no != asked || asked == 0 && filled(r.texts) < 2 {
			continue
		}
		var above []string
		if i > 0 && sample[i-1].no == r.no-1 {
			above = sample[i-1].texts
		}
		below := sample[i+1 : min(i+1+belowHeader, len(sample))]
		for _, cells := range match.Forms(above, r.texts) {
			profiles, rows := profilesOf(below, cells, nil)
			f := found{at: i, cells: cells}
			if f.rate(profiles, rows) || asked > 0 {
				best = append(best, f)
			}
		}
	}
	if len(best) == 0 {
		return found{}, false
	}
	chosen := best[0]
	for _, f := range best[1:] {
		// Of two rows directly below each other that are as good, such as the names in two languages, the lower one is the
		// header, because what stands below the header is data.
		near := f.at-chosen.at == 1 && f.score > chosen.score-nearlyAsGood && f.other >= leastOther && alikeRows(chosen, f)
		if f.score > chosen.score || near {
			chosen = f
		}
	}
	return chosen, true
}

// alikeRows reports whether two rows name the same columns: they fill the same cells.
func alikeRows(a, b found) bool {
	for i := range max(len(a.cells), len(b.cells)) {
		in := func(cells []string) bool { return i < len(cells) && trim(cells[i]) != "" }
		if in(a.cells) != in(b.cells) {
			return false
		}
	}
	return true
}

// rate finds the mean of what the cells of a row say for its being the header, and whether that is enough.
func (f *found) rate(profiles []*profile, rows int) bool {
	live, values, named := 0, 0, 0
	seen := map[string]bool{}
	for i := range max(len(f.cells), len(profiles)) {
		p := &profile{}
		if i < len(profiles) {
			p = profiles[i]
		}
		text := ""
		if i < len(f.cells) {
			text = trim(f.cells[i])
		}
		if text != "" || p.filled > 0 && float64(p.filled) >= liveShare*float64(rows) {
			live++
		}
		if text == "" {
			continue
		}
		named++
		says, value := cellSays(text, p)
		if value {
			values++
		} else if p.kind() != "" {
			f.other++
		}
		if seen[text] {
			says = saysRepeated
		}
		seen[text] = true
		f.score += says
	}
	if live == 0 || named < 2 && live > 1 {
		return false
	}
	f.score /= float64(live)
	if rows == 0 && f.score < leastAlone {
		return false
	}
	return f.score >= leastHeader && float64(values) <= mostValues*float64(named)
}

// cellSays is what one cell says for its row's being the header, and whether it is a value itself.
func cellSays(text string, below *profile) (says float64, value bool) {
	var own profile
	own.add(decode.Cell{Text: text}, text)
	kind := own.kind()
	if kind == idKind && own.numbers == 0 { // H1 may be the name of a column; a figure may not
		if kind = ""; below.kind() == idKind && sameShape(text, below) {
			return saysValue, true
		}
	}
	h := newHeading(text)
	known, spelling := h.known(), isSpelling(h.key)
	switch {
	case kind != "":
		return saysValue, true
	case below.distinct[text] > 0 && below.filled > 1:
		return saysRepeated, true
	case len([]rune(text)) > longestName:
		return saysLong, false
	case spelling:
		return saysKnown, false
	case below.kind() == "" && (isWord(text) || known < 1 && h.namesLike(below)):
		return saysValue, true
	}
	if says = saysKnown * known; known < 1 {
		says *= saysPartly
	}
	if below.kind() != "" {
		says = max(says, saysOther)
	}
	return says, false
}

// namesLike reports whether a text is a name like most of those below it: 甲村 above 乙村.
func (h *heading) namesLike(below *profile) bool {
	alike := 0
	for text, n := range below.distinct {
		other := newHeading(text)
		if other.known() < 1 && slices.ContainsFunc(h.senses, func(a sense) bool {
			return slices.ContainsFunc(other.senses, func(b sense) bool { return a.sharesKnown(b) })
		}) {
			alike += n
		}
	}
	return below.filled > 0 && alike*2 > below.filled
}

func (s sense) sharesKnown(other sense) bool {
	for meaning := range s.about {
		if _, both := other.about[meaning]; both && !strings.HasPrefix(meaning, unknown) {
			return true
		}
	}
	return s.answer != "" && s.answer == other.answer
}

// isWord reports whether a text is a word that stands in cells: 男, 试点, yes.
func isWord(text string) bool { return cellWords()[match.Folded(text)] }

var cellWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, c := range data.Contracts() {
		for _, column := range c.Columns {
			for word := range allowedWords(column) {
				all[word] = true
			}
		}
	}
	return all
})

// sameShape reports whether a text is made like most values of a column: letters and figures in the same places.
func sameShape(text string, p *profile) bool {
	same := 0
	for other, n := range p.distinct {
		if shape(other) == shape(text) {
			same += n
		}
	}
	return same*2 > p.filled
}

func shape(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '0'
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return 'a'
		}
		return r
	}, text)
}

// isSpelling reports whether a header is one of some contract.
func isSpelling(key string) bool { return spellings()[key] }

var spellings = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, m := range contracts() {
		for _, column := range m.columns {
			for _, s := range column.headed {
				all[s.key] = true
			}
		}
	}
	return all
})

// profilesOf looks at the values of rows; those that are totals, notes or the header again are passed over.
func profilesOf(rows []row, header, titles []string) (all []*profile, n int) {
	for _, r := range rows {
		if match.Passing(r.texts, header, titles, false) {
			continue
		}
		n++
		for i, c := range r.cells {
			for len(all) <= i {
				all = append(all, &profile{})
			}
			if text := trim(c.Text); text != "" && !isNothing(text) {
				all[i].add(c, text)
			}
		}
	}
	return all, n
}

// titlesOf are the rows above the header that hold one text alone, or few.
func titlesOf(rows []row) (all []string) {
	for _, r := range rows {
		if n := filled(r.texts); n > 0 && n <= 3 {
			for _, text := range r.texts {
				if text = trim(text); text != "" {
					all = append(all, data.HeaderKey(text))
				}
			}
		}
	}
	return all
}
