package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// examplesShown is how many values of a column a proposal shows.
const examplesShown = 3

// wordsShown is how many unknown words of a column a proposal lists; more are no words but text.
const wordsShown = 30

// similar is how like a spelling of the contract a header must be to be proposed, from 0 to 1.
const similar = 0.5

// Propose says for every table of a file how its columns could fit a contract. Of mapping files only what they pin is
// asked: what comes out is the beginning of one. A name of an export, encoding or delimiter that nobody knows is refused.
func Propose(ctx context.Context, at, name string, ask pipelines.MappingAsk, mappingsDir string) (all []pipelines.Proposal, err error) {
	if _, ok := data.ContractOf(ask.Export); ask.Export != "" && !ok {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: ask.Export, Err: pipelines.ErrUnknown, Next: "hulian template lists the exports"}
	}
	pinned := decode.Pins{Encoding: ask.Encoding, Delimiter: ask.Delimiter}
	if err := pinned.Check(); err != nil || ask.HeaderRow < 0 {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: fmt.Errorf("%w: %w", pipelines.ErrUnknown, cmp.Or(err, errors.New("a row is a number from 1"))), Next: "choose another"}
	}
	mappings, err := ReadMappings(mappingsDir)
	if err != nil {
		return nil, err
	}
	file, err := decode.Open(ctx, at, decode.Options{Suspect: Suspect, Known: Known, Pins: func(member string) decode.Pins {
		if pinned != (decode.Pins{}) {
			return pinned
		}
		return mappings.Pins(cmp.Or(member, name))
	}})
	defer func() { err = errors.Join(err, file.Close()) }()
	var whole *decode.Error
	if errors.As(err, &whole) {
		sentence, mend := data.Explain(pipelines.Problem{Code: whole.Code, File: name, Detail: whole.Detail}, "en")
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: errors.New(sentence), Next: mend}
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: err, Next: "check the file"}
	}
	if file.Marked != nil {
		name = file.Marked.Name
	}
	for _, t := range file.Tables {
		if t.Hidden || ask.Table != "" && t.Name != ask.Table {
			continue
		}
		p := &proposing{Table: t, file: name, ask: ask}
		claimed := mappings.ForTable(name, t)
		if len(claimed) == 1 && ask.HeaderRow == 0 {
			p.ask.HeaderRow = int64(claimed[0].HeaderRow)
		}
		if err := decode.Rows(ctx, t.Body, p.row); err != nil {
			return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: err, Next: "check the file"}
		}
		if made, ok := p.proposal(); ok {
			if len(claimed) == 1 {
				confirmed := claimed[0].draft()
				if made.Confirmed = &confirmed; !claimed[0].onPage() {
					made.ByHand = claimed[0].path
				}
			}
			all = append(all, made)
		}
	}
	if len(all) == 0 {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: errors.New("no row looks like a header"), Next: "put the names of the columns into one row above the data"}
	}
	return all, err
}

// proposing gathers what a proposal for one table needs.
type proposing struct {
	decode.Table
	file     string
	ask      pipelines.MappingAsk
	head     []line
	chosen   bool // header and export
	made     pipelines.Proposal
	at       []int                    // cell of every column of the proposal
	allowed  map[int]map[string]bool  // by cell, the reduced words of its contract column
	words    map[int]map[string]int64 // by cell, unknown words and their rows
	contract data.Contract
	header   []string
	sample   [][]string // the first rows of data
}

func (t *proposing) row(r decode.Row) error {
	cells := texts(r.Cells)
	if t.chosen {
		t.data(cells)
		return nil
	}
	if filled(cells) > 0 {
		t.head = append(t.head, line{r.No, cells})
	}
	if len(t.head) >= HeaderWithin && r.No >= t.ask.HeaderRow {
		t.choose()
	}
	return nil
}

func (t *proposing) proposal() (pipelines.Proposal, bool) {
	if !t.chosen {
		t.choose()
	}
	if t.made.Export == "" {
		return t.made, false
	}
	for i, words := range t.words {
		id := t.column(i)
		column, _ := t.contract.Column(id)
		var found []pipelines.UnknownWord
		for word, rows := range words {
			found = append(found, pipelines.UnknownWord{Column: id, Word: word, Rows: rows, Means: nearestValue(column, word)})
		}
		slices.SortFunc(found, func(a, b pipelines.UnknownWord) int {
			return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Word, b.Word))
		})
		t.made.Words = append(t.made.Words, found[:min(len(found), wordsShown)]...)
	}
	t.made.Ways = t.ways()
	slices.SortStableFunc(t.made.Words, func(a, b pipelines.UnknownWord) int { return cmp.Compare(a.Column, b.Column) })
	return t.made, true
}

func (t *proposing) column(cell int) string {
	for n, at := range t.at {
		if at == cell {
			return t.made.Columns[n].Column
		}
	}
	return ""
}

// choose picks the header row and the export among the first rows: what is recognised counts whole, what is similar half.
func (t *proposing) choose() {
	t.chosen = true
	type fit struct {
		contract data.Contract
		row      int
		cells    []string
		score    float64
		guesses  map[int]guess
	}
	best := map[string]fit{}
	var order []string
	rows := t.head
	if t.Headed && len(rows) > 0 {
		rows = rows[:1]
	}
	for i, r := range rows {
		if filled(r.cells) < 2 || t.ask.HeaderRow > 0 && !t.Headed && r.no != t.ask.HeaderRow {
			continue
		}
		for _, c := range data.Contracts() {
			if t.ask.Export != "" && c.Export != t.ask.Export {
				continue
			}
			guesses := t.guesses(c, r.cells)
			score := 0.0
			for _, g := range guesses {
				score += g.likeness
			}
			for _, column := range c.Columns {
				if column.Required && !slices.ContainsFunc(sortedGuesses(guesses), func(g guess) bool { return g.column == column.ID }) {
					score--
				}
			}
			score += t.named(c) - 0.01*float64(i) // of two rows alike the first is the header
			if known, ok := best[c.Export]; !ok || score > known.score {
				if !ok {
					order = append(order, c.Export)
				}
				best[c.Export] = fit{c, i, r.cells, score, guesses}
			}
		}
	}
	if len(order) == 0 {
		return
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(best[b].score, best[a].score) })
	chosen := best[order[0]]
	t.contract = chosen.contract
	t.made = pipelines.Proposal{File: t.file, Table: t.Name, HeaderRow: rows[chosen.row].no, Export: chosen.contract.Export, Others: order[1:min(len(order), 4)], ReadAs: t.ReadAs, Pattern: Pattern(cmp.Or(t.Member, t.file)), Member: t.Member}
	if t.Name != t.Member {
		t.made.Sheet = literalPattern(path.Base(t.Name))
	}
	t.made.ReadAs.HeaderRow = t.made.HeaderRow
	t.allowed, t.words = map[int]map[string]bool{}, map[int]map[string]int64{}
	found := map[string]bool{}
	for i, header := range chosen.cells {
		if trim(header) == "" {
			continue
		}
		p := pipelines.ProposedColumn{Header: trim(header)}
		if !t.Headed {
			p.Letter, _ = excelize.ColumnNumberToName(i + 1)
		}
		if g, ok := chosen.guesses[i]; ok {
			p.Column, p.Sure = g.column, g.likeness == 1
			found[g.column] = true
			if column, _ := chosen.contract.Column(g.column); column.Type == data.TypeEnum && !column.Open {
				t.allowed[i] = wordsOf(column)
			}
		}
		t.made.Columns, t.at = append(t.made.Columns, p), append(t.at, i)
	}
	for _, column := range chosen.contract.Columns {
		if column.Required && !found[column.ID] {
			t.made.Missing = append(t.made.Missing, column.ID)
		}
	}
	t.header = chosen.cells
	for _, r := range t.head[chosen.row+1:] {
		t.data(r.cells)
	}
}

// data takes examples and unknown words from one row.
func (t *proposing) data(cells []string) {
	if Passing(cells, t.header, nil, false) || !t.wanted(cells) {
		return
	}
	if len(t.sample) < sampled {
		t.sample = append(t.sample, cells)
	}
	for n, i := range t.at {
		if i >= len(cells) {
			continue
		}
		value := trim(cells[i])
		if value == "" {
			continue
		}
		if c := &t.made.Columns[n]; len(c.Examples) < examplesShown && !slices.Contains(c.Examples, value) {
			c.Examples = append(c.Examples, value)
		}
		if allowed := t.allowed[i]; allowed != nil && !allowed[data.HeaderKey(value)] {
			if t.words[i] == nil {
				t.words[i] = map[string]int64{}
			}
			if _, known := t.words[i][value]; known || len(t.words[i]) < 1000 {
				t.words[i][value]++
			}
		}
	}
}

func wordsOf(column data.Column) map[string]bool {
	words := map[string]bool{}
	for _, v := range column.Values {
		for _, word := range append([]string{v.ID, v.Name.Zh, v.Name.En}, v.Words...) {
			words[data.HeaderKey(word)] = true
		}
	}
	return words
}

func nearestValue(column data.Column, word string) string {
	best, likeness := "", similar
	for _, v := range column.Values {
		for _, other := range append([]string{v.ID, v.Name.Zh, v.Name.En}, v.Words...) {
			if l := alike(data.HeaderKey(word), data.HeaderKey(other)); l > likeness {
				best, likeness = v.ID, l
			}
		}
	}
	return best
}

// guess is a contract column a header may stand for. Likeness 1 is a header the contract knows.
type guess struct {
	column   string
	likeness float64
}

func sortedGuesses(guesses map[int]guess) []guess {
	var all []guess
	for _, g := range guesses {
		all = append(all, g)
	}
	return all
}

// named is how much the names of file and table, and the titles, speak for an export.
func (t *proposing) named(c data.Contract) float64 {
	texts := []string{t.file, t.Name}
	for _, r := range t.head {
		if filled(r.cells) == 1 {
			texts = append(texts, strings.Join(r.cells, ""))
		}
	}
	likely := 0.0
	for _, text := range texts {
		switch {
		case names(text, c):
			return 1
		case strings.Contains(text, string([]rune(c.Name.Zh)[:2])):
			likely = 0.6
		}
	}
	return likely
}

// guesses are the columns of a row as a person chose them, or as they look.
func (t *proposing) guesses(c data.Contract, cells []string) map[int]guess {
	if t.ask.Columns == nil {
		return guessColumns(c, cells)
	}
	chosen := map[int]guess{}
	for id, header := range t.ask.Columns {
		if i := slices.IndexFunc(cells, func(cell string) bool { return trim(cell) == header }); i >= 0 {
			chosen[i] = guess{id, 1}
		}
	}
	return chosen
}

// guessColumns matches the cells of a row: known headers first, then the most similar pairs, each column once.
func guessColumns(c data.Contract, cells []string) map[int]guess {
	guesses := map[int]guess{}
	known := matchContract(c, reduce(cells))
	taken := map[string]bool{}
	for id, i := range known.at {
		guesses[i], taken[id] = guess{id, 1}, true
	}
	type pair struct {
		cell     int
		column   string
		likeness float64
		optional int
	}
	var pairs []pair
	for i, cell := range cells {
		key := data.HeaderKey(trim(cell))
		if _, ok := guesses[i]; ok || key == "" || len([]rune(key)) > 40 {
			continue
		}
		for _, column := range c.Columns {
			if taken[column.ID] {
				continue
			}
			likeness := 0.0
			for _, spelling := range append([]string{column.ID, column.Name.Zh, column.Name.En}, column.Headers...) {
				likeness = max(likeness, alike(key, data.HeaderKey(spelling)))
			}
			if likeness >= similar {
				optional := 1
				if column.Required {
					optional = 0
				}
				pairs = append(pairs, pair{i, column.ID, min(likeness, 0.99) / 2, optional})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.optional, b.optional), cmp.Compare(a.cell, b.cell), cmp.Compare(a.column, b.column))
	})
	for _, p := range pairs {
		if _, ok := guesses[p.cell]; !ok && !taken[p.column] {
			guesses[p.cell], taken[p.column] = guess{p.column, p.likeness}, true
		}
	}
	return guesses
}

// alike compares two reduced spellings: the share of characters that need no change, and one inside the other as good
// as its share of the longer.
func alike(a, b string) float64 {
	n := max(len([]rune(a)), len([]rune(b)))
	if n == 0 || a == "" || b == "" {
		return 0
	}
	likeness := 1 - float64(levenshtein.ComputeDistance(a, b))/float64(n)
	if shorter := min(len([]rune(a)), len([]rune(b))); shorter >= 2 && (strings.Contains(a, b) || strings.Contains(b, a)) {
		likeness = max(likeness, 0.5+float64(shorter)/float64(n)/2)
	}
	return likeness
}
