package typing

import (
	"strings"
)

// seen are texts of a column that were read before, and what was made of them: the same members, villages and words come again
// and again. Only what nothing is to be said of is kept. A column of ever new texts keeps none in the end.
type seen struct {
	texts        map[string]once
	asked, found int
}

// once is what was made of a text.
type once struct {
	text  string
	value Value
}

// mostSeen bounds how many texts are kept of one column. A column whose texts come again shows it early once, and later often.
const mostSeen, askedEarly, askedLate = 16384, 1024, 2 * mostSeen

func (s *seen) get(text string) (once, bool) {
	if s == nil || s.texts == nil {
		return once{}, false
	}
	s.asked++
	o, ok := s.texts[text]
	if ok {
		s.found++
	} else if s.asked == askedEarly && s.found == 0 || s.asked == askedLate && s.found < s.asked/4 {
		s.texts = nil
	}
	return o, ok
}

func (s *seen) keep(text string, o once) {
	if s == nil || s.texts == nil || len(s.texts) >= mostSeen {
		return
	}
	text = strings.Clone(text) // it lies in a block of the file
	o.text, o.value.Text = strings.Clone(o.text), strings.Clone(o.value.Text)
	s.texts[text] = o
}
