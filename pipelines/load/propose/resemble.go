package propose

import (
	"slices"
	"strings"
	"sync"

	"hulian/data"
	"hulian/pipelines/load/match"
)

// nature is what the cells of a contract column are, as far as headers can say.
type nature int

const (
	moments nature = iota
	numbers
	booleans
	choices
	periods
	ids
	names
	texts
)

// natureOf tells the nature of a column: an ID is a key or names the row of another list.
func natureOf(c data.Contract, column data.Column) nature {
	switch column.Type {
	case data.TypeDate, data.TypeTimestamp:
		return moments
	case data.TypeInteger, data.TypeDecimal:
		if column.Min != nil && *column.Min >= 1900 {
			return periods // a year
		}
		return numbers
	case data.TypeBoolean:
		return booleans
	case data.TypeEnum:
		return choices
	case data.TypePeriod:
		return periods
	case data.TypeText:
	}
	switch {
	case column.References != "" || slices.Contains(c.Key, column.ID) || strings.HasSuffix(column.ID, "_id"):
		return ids
	case column.ID == "name" || strings.HasSuffix(column.ID, "_name"):
		return names
	}
	return texts
}

// fitting is how well an answer goes with the nature of a column whose own headers do not say it; an answer that is not
// listed is a contradiction: telephone numbers are no points.
var fitting = map[nature]map[string]float64{
	moments:  {"time": 1, "period": 0.3},
	numbers:  {"count": 1, "amount": 1, "score": 1, "rank": 1, "duration": 1, "progress": 1, "period": 0.3},
	booleans: {"yesno": 1, "status": 0.5},
	choices:  {"topic": 1, "type": 1, "status": 1, "channel": 1, "outcome": 1, "reason": 1, "level": 1, "name": 0.5, "subtype": 0.5, "score": 0.5, "yesno": 0.5},
	periods:  {"period": 1, "time": 0.7},
	ids:      {"id": 1, "name": 0.4, "person": 0.4},
	names:    {"name": 1, "person": 1, "office": 0.5},
	texts:    {"topic": 0.5, "text": 1, "outcome": 1, "reason": 1, "name": 0.5, "office": 0.5, "id": 0.5},
}

// spelled is a header of a contract column and the senses of it.
type spelled struct {
	text   string
	key    string
	senses []sense
}

// meant is a contract as headers are compared with it.
type meant struct {
	data.Contract
	subject map[string]bool // meanings of its name: in its tables they go without saying
	columns []meantColumn
}

type meantColumn struct {
	data.Column
	nature   nature
	ofPeople bool // IDs of people or homes: names do not tell them apart
	listed   bool // names of what a registry lists: few stand there twice
	headed   []spelled
}

// contracts are all contracts, ready to be compared with.
var contracts = sync.OnceValue(func() []meant {
	var all []meant
	for _, c := range data.Contracts() {
		m := meant{Contract: c, subject: subjectOf(c)}
		for _, column := range c.Columns {
			mc := meantColumn{Column: column, nature: natureOf(c, column), ofPeople: ofPeople(column), listed: c.Kind == data.Registry && column.ID == "name"}
			for _, text := range append([]string{column.Name.Zh, column.Name.En, column.ID}, column.Headers...) {
				mc.headed = append(mc.headed, spelled{text, data.HeaderKey(text), words().senses(text)})
			}
			m.columns = append(m.columns, mc)
		}
		all = append(all, m)
	}
	return all
})

// ofPeople reports whether a column refers to a list of people or homes.
func ofPeople(column data.Column) bool {
	export, _, _ := strings.Cut(column.References, ".")
	return slices.Contains([]string{"members", "households", "cadres"}, export)
}

// subjectOf gives what the rows of an export are about, without what they only refer to: the points of members are about
// points.
func subjectOf(c data.Contract) map[string]bool {
	subject := named(c)
	for _, column := range c.Columns {
		export, _, ok := strings.Cut(column.References, ".")
		if other, known := data.ContractOf(export); ok && known && column.Required {
			for m := range named(other) {
				delete(subject, m)
			}
		}
	}
	return subject
}

// named are the meanings of the names of an export.
func named(c data.Contract) map[string]bool {
	all := map[string]bool{}
	for _, name := range []string{c.Name.Zh, c.Name.En} {
		for _, s := range words().senses(name) {
			for m := range s.about {
				if !strings.HasPrefix(m, unknown) && !isAnswer(m) {
					all[m] = true
				}
			}
		}
	}
	return all
}

func isAnswer(meaning string) bool { return words().answers[meaning] }

// weightOfAnswer is how much it says what the cells of a column are, next to one word of what about.
const weightOfAnswer = 0.6

// Parts of a likeness.
const (
	impliedAnswer = 0.9  // the header leaves out what the cells are
	bareHeader    = 0.85 // the header says nothing but what the cells are: 编号
	subjectAlone  = 0.7  // the header says nothing but what the table is about: 案件
)

// resembles is how like a header is to one of a contract column, from 0 to 1, by what both say. What the export is about
// goes without saying.
func resembles(header, other sense, m *meant, column *meantColumn) float64 {
	if header.answer == "" && header.only(m.subject) {
		return m.bareSubject(other, column)
	}
	common, union := weightOfAnswer*answered(header, other, column.nature), weightOfAnswer
	switch {
	case header.answer == "" && other.answer == "":
		common, union = 0, 0
	case common == 0 && header.answer != "" && header.answer != other.answer && fitting[column.nature][header.answer] == 0:
		return 0
	}
	shared, stands := false, 1.0
	for meaning, weight := range header.about {
		if m.isSubject(meaning) {
			shared = shared || other.about[meaning] > 0
			continue
		}
		union += weight
		if likest := likest(meaning, header.about, other.about); likest > 0 {
			common += weight
			stands = min(stands, likest)
			shared = true
		}
	}
	for meaning, weight := range other.about {
		if !m.subject[meaning] && !standsFor(header.about, meaning) {
			union += weight
		}
	}
	if union == 0 || header.answer == "" && !shared {
		return 0
	}
	likeness := stands * common / union
	if len(header.about) == 0 && header.answer != "topic" {
		likeness *= bareHeader
	}
	return likeness
}

// answered is how well two headers agree on what the cells are, from 0 to 1.
func answered(header, other sense, n nature) float64 {
	switch {
	case header.answer == other.answer:
		if itself, ok := words().near[header.answer][header.answer]; ok {
			return itself
		}
		return 1
	case header.answer == "":
		if header.puzzles() {
			return 0
		}
		return impliedAnswer
	case other.answer == "":
		return fitting[n][header.answer]
	}
	return max(words().near[header.answer][other.answer], fitting[n][header.answer]/2)
}

// isSubject reports whether a meaning goes without saying in a table of the export.
func (m *meant) isSubject(meaning string) bool {
	if m.subject[meaning] {
		return true
	}
	for other, well := range words().near[meaning] {
		if well >= goesWithoutSaying && m.subject[other] {
			return true
		}
	}
	return false
}

// goesWithoutSaying is how well a meaning must stand for the subject of an export to be one of its own.
const goesWithoutSaying = 0.8

// bareSubject is how well a header that says nothing but what the table is about names a column: it may be its key, or the
// name of what it lists.
func (m *meant) bareSubject(other sense, column *meantColumn) float64 {
	key := len(m.Key) == 1 && m.Key[0] == column.ID && other.answer == "id"
	if (key || column.nature == names && other.answer == "name") && other.only(m.subject) {
		return subjectAlone
	}
	return 0
}

// only reports whether a header speaks of nothing else.
func (s sense) only(subject map[string]bool) bool {
	for meaning := range s.about {
		if !subject[meaning] {
			return false
		}
	}
	return len(s.about) > 0
}

// puzzles reports whether a header has words nobody knows.
func (s sense) puzzles() bool {
	for meaning := range s.about {
		if strings.HasPrefix(meaning, unknown) {
			return true
		}
	}
	return false
}

// likest is how well a meaning of a header stands for one of others that the header does not say itself, from 0 to 1.
func likest(meaning string, said, others map[string]float64) (best float64) {
	if _, ok := others[meaning]; ok {
		return 1
	}
	for other, weight := range words().near[meaning] {
		_, ok := others[other]
		if _, itself := said[other]; ok && !itself {
			best = max(best, weight)
		}
	}
	return best
}

// standsFor reports whether one of some meanings stands for another one.
func standsFor(some map[string]float64, other string) bool {
	for meaning := range some {
		if meaning == other || words().near[meaning][other] > 0 {
			return true
		}
	}
	return false
}

// leastSpelling is how alike two spellings must be to count without a common meaning, and what they count.
const leastSpelling, spellingCounts = 0.8, 0.8

// likeness is how like a header is to the headers of a contract column, and to which of them most.
func (m *meant) likeness(h *heading, column *meantColumn) (best float64, like string) {
	for _, s := range column.headed {
		likeness := 0.0
		if s.key == h.key {
			likeness = 1
		}
		for _, a := range h.senses {
			for _, b := range s.senses {
				likeness = max(likeness, 0.98*resembles(a, b, m, column))
			}
		}
		if likeness < leastSpelling && h.known() < 1 && !h.contradicts(column.nature) {
			if alike := match.Alike(h.key, s.key); alike >= leastSpelling {
				likeness = max(likeness, spellingCounts*alike)
			}
		}
		if likeness > best {
			best, like = likeness, s.text
		}
	}
	return best, like
}

// heading is one cell of a header row.
type heading struct {
	text   string // without blanks around it
	key    string // see data.HeaderKey
	senses []sense
}

func newHeading(text string) heading {
	h := heading{text: trim(text)}
	if len(h.text) < longestHeader {
		h.key, h.senses = data.HeaderKey(h.text), words().senses(h.text)
	}
	return h
}

// longestHeader is from how many bytes on a text is no header but a sentence.
const longestHeader = 200

// contradicts reports whether the header says that its cells are something else than a column's.
func (h *heading) contradicts(n nature) bool {
	said := false
	for _, s := range h.senses {
		if s.answer == "" || fitting[n][s.answer] > 0 {
			return false
		}
		said = true
	}
	return said
}

// says reports whether the header can be read so that it says that its cells are of a nature.
func (h *heading) says(n nature) bool {
	return slices.ContainsFunc(h.senses, func(s sense) bool { return fitting[n][s.answer] == 1 })
}

// known is the share of the words of a header that mean something.
func (h *heading) known() float64 {
	best := 0.0
	for _, s := range h.senses {
		known, all := 0.0, 0.0
		if s.answer != "" {
			known, all = 1, 1
		}
		for meaning, weight := range s.about {
			all += weight
			if !strings.HasPrefix(meaning, unknown) {
				known += weight
			}
		}
		best = max(best, known/all)
	}
	return best
}
