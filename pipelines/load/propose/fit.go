package propose

import (
	"cmp"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/match"
)

// fit is how a table could be read as one export.
type fit struct {
	of      *meant
	offers  map[int]offer // by cell of the header
	unfit   map[int]offer // likewise: loading would take the column for it, but its values are something else
	missing []string      // required columns without an offer
	score   float64
}

// offer is a contract column for a column of the table.
type offer struct {
	column   *meantColumn
	likeness float64 // of the header, from 0 to 1
	weight   float64 // with what the values say
	sure     bool    // loading finds it by itself
	byName   bool    // its values are names in place of IDs
	why      []pipelines.Detail
}

// What counts for an offer and for an export.
const (
	leastLikeness = 0.5 // of a header, below which nothing is offered
	leastWeight   = 0.5
	leastRequired = 0.42 // likewise of a column the export cannot do without

	plainly = 0.9 // a header says what it is

	valuesCount   = 0.25 // of the weight of an offer; the rest is the likeness of the header
	doubtful      = 0.85 // of the weight, where the values may have to do
	sharedColumn  = 0.3  // what a column counts that many exports have; the rest by how much it is this export's own
	missingColumn = 0.8  // a required column that is not there counts against an export
	namedExport   = 0.8  // file, sheet or title name it
	mentioned     = 0.3  // a header does, up to mostMentions of them
	mostMentions  = 3
	ownKey        = 0.7 // the rows have its IDs
	repeatedKey   = 0.8 // rows have the same key, counts against it
)

// columns are the header cells of a table with what stands below them.
type columns struct {
	headings []heading
	profiles []*profile
	rows     int
	lists    map[string]*List // by export
}

// offersFor rates every column of an export for every column of the table.
func (t *columns) offersFor(m *meant) (all [][]offer, unfit map[int]offer) {
	cells := make([]string, len(t.headings))
	for i, h := range t.headings {
		cells[i] = h.text
	}
	recognised := match.Recognised(m.Contract, cells)
	all, unfit = make([][]offer, len(t.headings)), map[int]offer{}
	for i := range t.headings {
		if t.headings[i].key == "" {
			continue
		}
		for k := range m.columns {
			column := &m.columns[k]
			at, found := recognised[column.ID]
			o, fits := t.offerFor(m, column, i, found && at == i)
			switch {
			case fits:
				all[i] = append(all[i], o)
			case o.sure && !column.Required:
				unfit[i] = o
			}
		}
	}
	return all, unfit
}

// offerFor rates a column of an export for one column of the table. sure says that loading finds it by itself.
func (t *columns) offerFor(m *meant, column *meantColumn, i int, sure bool) (o offer, fits bool) {
	h, p, keyed := &t.headings[i], t.profiles[i], t.keyed(m, column)
	o = offer{column: column, sure: sure}
	var like string
	o.likeness, like = m.likeness(h, column)
	alike := o.likeness >= leastLikeness
	v := judge(column, p, keyed)
	if column.References != "" {
		v, o.byName = t.listed(m, column, h, p, &o, v)
	}
	if o.likeness < leastLikeness {
		return o, false
	}
	if !sure && alike {
		o.why = append(o.why, pipelines.NewDetail(pipelines.DetailHeaderLike, like))
	}
	if p.filled > 0 {
		o.why = append(o.why, v.why)
	}
	o.weight = (1-valuesCount)*o.likeness + valuesCount*v.speaks
	if v.doubt {
		o.weight *= doubtful
	}
	if sure {
		return o, !v.against || keyed && !judge(column, p, false).against // an ID that is sent again is corrected
	}
	least := leastWeight
	if column.Required {
		least = leastRequired
	}
	switch {
	case v.against, o.weight < least:
		return o, false
	case keyed && p.filled*10 < t.rows*9: // of a key nothing is left out
		return o, false
	case p.filled == 0 && t.rows > 0: // nobody needs a column in which nothing stands
		return o, false
	case v.doubt && column.nature == choices && !column.Open && (o.likeness < plainly || !h.says(choices) && said(like)): // neither the header nor any of the words is known
		return o, false
	case keyed && o.likeness < plainly && p.repeats() > 0 && len(p.distinct) < mostDistinct: // a number that is no key: 号 of a house
		return o, false
	}
	return o, true
}

// said reports whether a header says what its cells are.
func said(header string) bool {
	return slices.ContainsFunc(words().senses(header), func(s sense) bool { return s.answer != "" })
}

// keyed reports whether a column alone names the rows of an export.
func (t *columns) keyed(m *meant, column *meantColumn) bool {
	return len(m.Key) == 1 && m.Key[0] == column.ID
}

// fitting rates every export.
func (t *columns) fits(exports []*meant, said map[string]bool) []fit {
	rated, unfit := make([][][]offer, len(exports)), make([]map[int]offer, len(exports))
	best := make([]float64, len(t.headings)) // over all exports, the sum of what each offers most for the column
	for e, m := range exports {
		rated[e], unfit[e] = t.offersFor(m)
		for i, offers := range rated[e] {
			most := 0.0
			for _, o := range offers {
				most = max(most, o.weight)
			}
			best[i] += most
		}
	}
	var all []fit
	for e, m := range exports {
		f := fit{of: m, offers: assign(rated[e]), unfit: unfit[e]}
		for i, o := range f.offers {
			f.score += o.weight * (sharedColumn + (1-sharedColumn)*o.weight/best[i])
		}
		for _, column := range m.Columns {
			if column.Required && !f.has(column.ID) {
				f.missing = append(f.missing, column.ID)
			}
		}
		f.score -= missingColumn * float64(len(f.missing))
		f.score += namedExport * m.saidBy(said)
		f.score += mentioned * float64(min(t.mentions(m), mostMentions))
		if t.ownKey(m) {
			f.score += ownKey
		}
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b fit) int { return cmp.Compare(b.score, a.score) })
	return all
}

// remaining offers, for the key of the rows and for a day that is required, the one column that is left and can be it by its
// values, where nothing in its header speaks against it.
func (t *columns) remaining(f *fit) {
	for k := range f.of.columns {
		column := &f.of.columns[k]
		keyed := t.keyed(f.of, column)
		if !column.Required || f.has(column.ID) || !keyed && column.nature != moments && column.nature != periods {
			continue
		}
		left, why := -1, pipelines.Detail{}
		for i := range t.headings {
			if _, taken := f.offers[i]; taken || t.profiles[i].filled*10 < t.rows*9 || !t.headings[i].mayBe(f.of, column) {
				continue
			}
			v := judge(column, t.profiles[i], keyed)
			if v.against || v.speaks < surely {
				continue
			}
			if left >= 0 {
				left = -1
				break
			}
			left, why = i, v.why
		}
		if left >= 0 {
			f.offers[left] = offer{column: column, weight: leastRequired, why: []pipelines.Detail{pipelines.NewDetail(pipelines.DetailOnlyOneLeft), why}}
		}
	}
}

// surely is how much values must speak for an offer that the header does not speak for.
const surely = 0.9

// mayBe reports whether a header can be read so that it does not speak against a column: it says nothing known but what the
// cells are and what the export is about, or the column is the only one of its nature.
func (h *heading) mayBe(m *meant, column *meantColumn) bool {
	alone := true
	for i := range m.columns {
		alone = alone && (m.columns[i].nature != column.nature || m.columns[i].ID == column.ID)
	}
	return h.key != "" && slices.ContainsFunc(h.senses, func(s sense) bool {
		if s.answer == "" && column.nature != moments || s.answer != "" && fitting[column.nature][s.answer] < 1 {
			return false
		}
		for meaning := range s.about {
			if m.isSubject(meaning) || strings.HasPrefix(meaning, unknown) {
				continue
			}
			if !alone || len(words().hides[meaning]) > 0 || meaning == "birth" {
				return false
			}
		}
		return true
	})
}

func (f *fit) has(id string) bool {
	for _, o := range f.offers {
		if o.column.ID == id {
			return true
		}
	}
	return false
}

// assign gives every column of the contract to one column of the table, the weightiest offers first.
func assign(rated [][]offer) map[int]offer {
	type pair struct {
		cell int
		offer
	}
	var all []pair
	for i, offers := range rated {
		for _, o := range offers {
			all = append(all, pair{i, o})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		required := func(o offer) int {
			if o.column.Required {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(required(a.offer), required(b.offer)), cmp.Compare(a.cell, b.cell))
	})
	given, taken := map[int]offer{}, map[string]bool{}
	for _, p := range all {
		if _, ok := given[p.cell]; !ok && !taken[p.column.ID] {
			given[p.cell], taken[p.column.ID] = p.offer, true
		}
	}
	return given
}

// saidBy is how much the meanings of names and titles speak for an export, from 0 to 1.
func (m *meant) saidBy(said map[string]bool) float64 {
	if len(m.subject) == 0 {
		return 0
	}
	n := 0
	for meaning := range m.subject {
		if said[meaning] {
			n++
		}
	}
	return float64(n) / float64(len(m.subject))
}

// ownKey reports whether a column holds IDs of what the export is about, each once.
func (t *columns) ownKey(m *meant) bool {
	for i := range t.headings {
		p := t.profiles[i]
		if p.filled < t.rows || p.repeats() > 0 || p.filled == 0 || p.ids == 0 {
			continue
		}
		for _, s := range t.headings[i].senses {
			if s.answer != "id" {
				continue
			}
			own := len(s.about) > 0
			for meaning := range s.about {
				own = own && m.subject[meaning]
			}
			if own {
				return true
			}
		}
	}
	return false
}

// mentions counts the headers that say what an export is about.
func (t *columns) mentions(m *meant) (n int) {
	for _, h := range t.headings {
		if slices.ContainsFunc(h.senses, func(s sense) bool { return len(m.subject) > 0 && shares(m.subject, s.about) }) {
			n++
		}
	}
	return n
}

func shares(subject map[string]bool, about map[string]float64) bool {
	for meaning := range about {
		if subject[meaning] {
			return true
		}
	}
	return false
}

// meaningsOf gathers what names and titles say.
func meaningsOf(texts []string) map[string]bool {
	all := map[string]bool{}
	for _, text := range texts {
		for _, s := range words().senses(text) {
			for meaning := range s.about {
				if !strings.HasPrefix(meaning, unknown) {
					all[meaning] = true
				}
			}
			if s.answer != "" {
				all[s.answer] = true
			}
		}
	}
	return all
}

// required lists the columns an export cannot do without.
func required(c data.Contract) (all []data.Column) {
	for _, column := range c.Columns {
		if column.Required {
			all = append(all, column)
		}
	}
	return all
}
