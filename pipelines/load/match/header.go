package match

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// layout says where the columns of one export stand in one header row.
type layout struct {
	contract data.Contract
	export   *MappedExport // nil where no mapping file speaks
	mapping  *Mapping
	at       map[string]int // contract column → cell, where the contract's own names are found
	mapped   map[string]int // header that a mapping file names → cell
	missing  []string       // required columns, or headers of the mapping file, that were not found
	twice    string         // a header that stands twice where only one can be meant
	score    float64
}

// word is one spelling of a column's name in the index of a contract. Lower ranks win when two headers of a table
// name the same column: 农户编号 before 户号.
type word struct {
	column string
	rank   int
}

// headerIndex maps every exact and every reduced spelling to its column, for each contract.
var headerIndex = sync.OnceValue(func() map[string]map[string]word {
	index := map[string]map[string]word{}
	for _, c := range data.Contracts() {
		words := map[string]word{}
		put := func(spelling string, w word) {
			if known, ok := words[spelling]; spelling != "" && (!ok || w.rank < known.rank) {
				words[spelling] = w
			}
		}
		for _, column := range c.Columns {
			spellings := append([]string{column.ID, column.Name.Zh, column.Name.En}, column.Headers...)
			for rank, s := range spellings {
				put("="+s, word{column.ID, rank})
				put(data.HeaderKey(s), word{column.ID, 100 + rank})
			}
		}
		index[c.Export] = words
	}
	return index
})

// headerWords are the reduced spellings of all columns; headerInitials are what headers begin with, in any case.
var (
	headerWords = sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for _, words := range spellings() {
			for _, s := range words {
				all[s] = true
			}
		}
		return all
	})
	headerInitials = sync.OnceValue(func() map[rune]bool {
		all := map[rune]bool{}
		for s := range headerWords() {
			first, _ := utf8.DecodeRuneInString(s)
			all[first], all[unicode.ToUpper(first)] = true, true
		}
		return all
	})
)

// spellings lists every spelling of every column by export, as headerIndex has them.
var spellings = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for export, words := range headerIndex() {
		for s := range words {
			if !strings.HasPrefix(s, "=") {
				all[export] = append(all[export], s)
			}
		}
	}
	return all
})

// reduced holds the two forms of a header cell that are looked up.
type reduced struct{ text, key string }

func reduce(cells []string) []reduced {
	forms := make([]reduced, len(cells))
	for i, cell := range cells {
		if text := strings.TrimSpace(cell); text != "" && len(text) < 200 {
			forms[i] = reduced{text, data.HeaderKey(text)}
		}
	}
	return forms
}

func lookUp(words map[string]word, cell reduced) (word, bool) {
	if cell.text == "" {
		return word{}, false
	}
	if w, ok := words["="+cell.text]; ok {
		return w, true
	}
	w, ok := words[cell.key]
	return w, ok
}

// matchContract finds a contract's columns in one header row.
func matchContract(c data.Contract, cells []reduced) layout {
	l := layout{contract: c, at: map[string]int{}}
	ranks := map[string]int{}
	words := headerIndex()[c.Export]
	for i, cell := range cells {
		w, ok := lookUp(words, cell)
		if !ok {
			continue
		}
		rank, known := ranks[w.column]
		if known && rank == w.rank && cells[l.at[w.column]] == cell {
			l.twice = cell.text
		}
		if !known || w.rank < rank {
			ranks[w.column], l.at[w.column] = w.rank, i
		}
	}
	l.finish(func(id string) bool { _, ok := l.at[id]; return ok })
	return l
}

// finish lists missing columns and scores the match: every found column counts for the export, every missing required
// one counts more against it.
func (l *layout) finish(has func(string) bool) {
	for _, column := range l.contract.Columns {
		if column.Required && !has(column.ID) {
			l.missing = append(l.missing, column.ID)
		}
	}
	l.score = float64(len(l.at)+len(l.mapped)) - 1.5*float64(len(l.missing))
}

// matchMapped finds the headers a mapping file names; columns it does not mention are matched by the contract.
func matchMapped(m *Mapping, e *MappedExport, cells []reduced) layout {
	contract, _ := data.ContractOf(e.Export)
	l := matchContract(contract, cells)
	l.export, l.mapping, l.missing, l.twice, l.mapped = e, m, nil, "", map[string]int{}
	claimed := map[int]bool{}
	find := func(header string) (at int, found bool) {
		text := strings.TrimSpace(header)
		at = slices.IndexFunc(cells, func(c reduced) bool { return c.text == text })
		if at < 0 {
			at = slices.IndexFunc(cells, func(c reduced) bool { return c.key != "" && c.key == data.HeaderKey(text) })
		}
		if at < 0 && !slices.Contains(l.missing, header) {
			l.missing = append(l.missing, header)
		}
		if at >= 0 {
			l.mapped[header] = at
		}
		return at, at >= 0
	}
	for id, column := range e.Columns {
		delete(l.at, id)
		for _, header := range column.headers() {
			if at, found := find(header); found && (column.Only == nil || header != column.Only.Header) {
				claimed[at] = true
			}
		}
	}
	for _, c := range slices.Concat(m.Where, e.Where) {
		find(c.Header)
	}
	if m.With != nil && slices.ContainsFunc(slices.Collect(maps.Values(e.Columns)), func(c MappedColumn) bool { return c.Lookup != "" }) {
		find(m.With.Key)
	}
	for id := range e.Constants {
		delete(l.at, id)
	}
	for _, column := range contract.Columns {
		if at, ok := l.at[column.ID]; ok && claimed[at] {
			delete(l.at, column.ID) // the mapping has put this header to another use
		}
	}
	slices.Sort(l.missing)
	l.finish(func(id string) bool {
		_, mapped := e.Columns[id]
		_, constant := e.Constants[id]
		_, found := l.at[id]
		return mapped || constant || found
	})
	return l
}

// headed is a header row that was found: the layouts of the exports it feeds, and how far down it reaches.
type headed struct {
	layouts []layout
	row     int // index of its last row among the rows looked at
	cells   []string
}

// findHeader looks for the header among the first rows that hold anything. hints are texts that may name the export:
// the file, the sheet, titles. They only break ties.
func findHeader(rows []line, mappings []*Mapping, hints []string) (headed, error) {
	if len(mappings) > 0 {
		found, err := findMapped(rows, mappings)
		// A pattern may claim a later file that names its columns as everybody does: it needs no mapping.
		var whole *decode.Error
		if errors.As(err, &whole) && whole.Code == pipelines.ColumnsMissing {
			plain, other := findHeader(rows, nil, hints)
			if other == nil && slices.ContainsFunc(mappings[0].Exports, func(e MappedExport) bool { return e.Export == plain.layouts[0].contract.Export }) {
				return plain, nil
			}
		}
		return found, err
	}
	type candidate struct {
		layout
		row   int
		cells []string
	}
	var best []candidate
	for i := range rows {
		for _, cells := range headerForms(rows, i) {
			forms := reduce(cells)
			for _, c := range data.Contracts() {
				l := matchContract(c, forms)
				switch {
				case len(l.at) == 0 || len(best) > 0 && l.score < best[0].score:
				case len(best) == 0 || l.score > best[0].score:
					best = []candidate{{l, i, cells}}
				case l.contract.Export != best[0].contract.Export && best[0].row == i:
					best = append(best, candidate{l, i, cells})
				}
			}
		}
	}
	if len(best) == 0 || len(best[0].missing) > 0 && len(best[0].at) < max(2, len(best[0].missing)) {
		return headed{}, decode.Refuse(pipelines.HeaderNotRecognised, nearest(rows))
	}
	chosen := best[0]
	if len(best) > 1 {
		var named []candidate
		for _, c := range best {
			if slices.ContainsFunc(hints, func(hint string) bool { return names(hint, c.contract) }) {
				named = append(named, c)
			}
		}
		if len(named) != 1 {
			detail := pipelines.NewDetail(pipelines.DetailSeveralExports)
			for _, c := range best {
				detail.Args = append(detail.Args, pipelines.ExportNamed(c.contract.Export))
			}
			return headed{}, decode.Refuse(pipelines.HeaderAmbiguous, detail)
		}
		chosen = named[0]
	}
	if err := chosen.complete(chosen.cells); err != nil {
		return headed{}, err
	}
	if other := chosen.strange(chosen.cells); other != "" {
		return headed{}, decode.Refuse(pipelines.HeaderAmbiguous, pipelines.NewDetail(pipelines.DetailSeveralExports,
			pipelines.ExportNamed(chosen.contract.Export), pipelines.ExportNamed(other)))
	}
	return headed{layouts: []layout{chosen.layout}, row: chosen.row, cells: chosen.cells}, nil
}

// complete refuses a layout that lacks something, or in which a column stands twice.
func (l *layout) complete(cells []string) error {
	if len(l.missing) > 0 {
		likely := map[string]string{} // told, never taken
		if l.mapping == nil {
			for i, g := range guessColumns(l.contract, cells) {
				likely[g.column] = Seen(cells[i : i+1])
			}
		}
		detail := pipelines.NewDetail(pipelines.DetailMissing, Seen(cells))
		for _, id := range l.missing {
			name := id
			if _, ok := l.contract.Column(id); ok {
				name = pipelines.ColumnNamed(l.contract.Export, id)
			}
			if header := likely[id]; header != "" {
				name += fmt.Sprintf(" (%s?)", header)
			}
			detail.Args = append(detail.Args, name)
		}
		return decode.Refuse(pipelines.ColumnsMissing, detail)
	}
	if l.twice != "" {
		return decode.Refuse(pipelines.HeaderAmbiguous, pipelines.NewDetail(pipelines.DetailTwice, l.twice))
	}
	return nil
}

// fewStrange is how many columns of events say that a table is no list.
const fewStrange = 2

// strange names the events whose columns stand in what looks like a list: a register of issues names villages too, and would
// end every village it does not name.
func (l *layout) strange(cells []string) string {
	if l.contract.Kind != data.Registry {
		return ""
	}
	foreign := slices.DeleteFunc(reduce(cells), func(cell reduced) bool {
		_, own := lookUp(headerIndex()[l.contract.Export], cell)
		return own
	})
	for _, c := range data.Contracts() {
		if c.Kind == data.Registry {
			continue
		}
		found := 0
		for _, cell := range foreign {
			if _, known := lookUp(headerIndex()[c.Export], cell); known {
				found++
			}
		}
		if found >= fewStrange {
			return c.Export
		}
	}
	return ""
}

func findMapped(rows []line, mappings []*Mapping) (headed, error) {
	if len(mappings) > 1 {
		detail := pipelines.NewDetail(pipelines.DetailSeveralMappings)
		for _, m := range mappings {
			detail.Args = append(detail.Args, m.path)
		}
		return headed{}, decode.Refuse(pipelines.HeaderAmbiguous, detail)
	}
	m := mappings[0]
	best := headed{row: -1}
	score := 0.0
	for i := range rows {
		if m.HeaderRow > 0 && rows[i].no != int64(m.HeaderRow) && rows[i].no != 0 {
			continue
		}
		for _, cells := range headerForms(rows, i) {
			forms := reduce(cells)
			found := headed{row: i, cells: cells}
			total := 0.0
			for e := range m.Exports {
				l := matchMapped(m, &m.Exports[e], forms)
				found.layouts = append(found.layouts, l)
				total += l.score
			}
			if best.row < 0 || total > score {
				best, score = found, total
			}
		}
	}
	if best.row < 0 {
		return headed{}, decode.Refuse(pipelines.HeaderNotRecognised, pipelines.NewDetail(pipelines.DetailHeaderRow, m.path, m.HeaderRow))
	}
	found := 0
	for i := range best.layouts {
		found += len(best.layouts[i].at) + len(best.layouts[i].mapped)
	}
	if found == 0 {
		if other, err := findHeader(rows, nil, nil); err == nil {
			return headed{}, decode.Refuse(pipelines.WrongExport, pipelines.NewDetail(pipelines.DetailExport, pipelines.ExportNamed(other.layouts[0].contract.Export)))
		}
	}
	for i := range best.layouts {
		if err := best.layouts[i].complete(best.cells); err != nil {
			return headed{}, err
		}
	}
	return best, nil
}

// headerForms gives the header a row may stand for, see Forms.
func headerForms(rows []line, i int) [][]string {
	if i == 0 || rows[i-1].no != rows[i].no-1 {
		return Forms(nil, rows[i].cells)
	}
	return Forms(rows[i-1].cells, rows[i].cells)
}

// Forms gives the header a row may stand for: the row itself and, for headers merged over two rows, the row with the gaps
// filled from the row directly above.
func Forms(above, row []string) [][]string {
	forms := [][]string{row}
	if filled(above) < 2 {
		return forms
	}
	if joined, gaps := FromTwoRows(above, row); gaps {
		forms = append(forms, joined)
	}
	return forms
}

// FromTwoRows is the header that two rows make together: the lower one with its gaps filled from above. gaps reports whether
// there were any to fill.
func FromTwoRows(above, below []string) (joined []string, gaps bool) {
	joined = make([]string, max(len(above), len(below)))
	for j := range joined {
		if j < len(below) {
			joined[j] = below[j]
		}
		if strings.TrimSpace(joined[j]) == "" && j < len(above) {
			joined[j] = above[j]
			gaps = gaps || strings.TrimSpace(above[j]) != ""
		}
	}
	return joined, gaps
}

// Recognised finds the columns of an export that loading finds by itself among the cells of a header row: column → cell.
func Recognised(c data.Contract, cells []string) map[string]int {
	return matchContract(c, reduce(cells)).at
}

func filled(cells []string) (n int) {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

// names reports whether a text (a file's name, a sheet's, a title) names the export.
func names(text string, c data.Contract) bool {
	key := data.HeaderKey(text)
	for _, name := range []string{c.Export, c.Name.Zh, c.Name.En} {
		if name = data.HeaderKey(name); name != "" && strings.Contains(key, name) {
			return true
		}
	}
	return false
}

// Named lists the exports that a text names: a file's name, a sheet's, a title.
func Named(text string) (exports []string) {
	for _, c := range data.Contracts() {
		if names(text, c) {
			exports = append(exports, c.Export)
		}
	}
	return exports
}

// nearKept are headers that were looked up, because thousands of files have the same ones; it is emptied when it is full.
var nearKept = struct {
	sync.Mutex
	exports map[string][]string
}{exports: map[string][]string{}}

const nearMost = 4096

// nearOf lists the exports that have a header like this one.
func nearOf(key string) []string {
	if key == "" {
		return nil
	}
	nearKept.Lock()
	exports, known := nearKept.exports[key]
	nearKept.Unlock()
	if known {
		return exports
	}
	for _, c := range data.Contracts() {
		if data.Nearest(key, spellings()[c.Export]) != "" {
			exports = append(exports, c.Export)
		}
	}
	nearKept.Lock()
	defer nearKept.Unlock()
	if len(nearKept.exports) >= nearMost {
		clear(nearKept.exports)
	}
	nearKept.exports[key] = exports
	return exports
}

// nearest says what was seen and which export comes nearest to it.
func nearest(rows []line) pipelines.Detail {
	if len(rows) == 0 {
		return pipelines.Detail{}
	}
	widest := rows[0]
	for _, r := range rows {
		if filled(r.cells) > filled(widest.cells) {
			widest = r
		}
	}
	best, near := "", map[string]int{}
	for _, cell := range reduce(widest.cells) {
		for _, export := range nearOf(cell.key) {
			near[export]++
		}
	}
	for _, c := range data.Contracts() {
		if near[c.Export] > near[best] {
			best = c.Export
		}
	}
	if best == "" {
		return pipelines.NewDetail(pipelines.DetailSeen, Seen(widest.cells))
	}
	return pipelines.NewDetail(pipelines.DetailSeenNear, Seen(widest.cells), pipelines.ExportNamed(best))
}

// Seen quotes a header row, shortened: it goes into a sentence.
func Seen(cells []string) string {
	var shown []string
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if runes := []rune(cell); len(runes) > 20 {
			cell = string(runes[:20]) + "…"
		}
		if shown = append(shown, cell); len(shown) == 12 {
			shown = append(shown, "…")
			break
		}
	}
	return strings.Join(shown, " | ")
}
