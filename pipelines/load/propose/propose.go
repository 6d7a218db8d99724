package propose

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

const (
	examplesShown = 3       // values of a column that a proposal shows
	wordsShown    = 30      // unknown words of a column that it lists; more are no words but text
	namesShown    = 300     // likewise of names that stand in place of IDs
	wordsKept     = 1000    // likewise, while the file is read
	othersShown   = 3       // exports beside the likeliest one
	othersNear    = 0.3     // of the score of the likeliest, that another export must have
	sampled       = 100_000 // rows that are judged by
)

// similarWord is how like a word of the contract an unknown word must be for that to be proposed, from 0 to 1.
const similarWord = 0.5

// Propose says for every table of a file how its columns could fit a contract. Of mapping files only what they pin is
// asked: what comes out is the beginning of one. lists may be nil. A name of an export, encoding or delimiter that nobody knows is refused.
func Propose(ctx context.Context, at, name string, ask pipelines.MappingAsk, mappingsDir string, lists Lists) (all []pipelines.Proposal, err error) {
	if _, ok := data.ContractOf(ask.Export); ask.Export != "" && !ok {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: ask.Export, Err: pipelines.ErrUnknown, Next: "hulian template lists the exports"}
	}
	pinned := decode.Pins{Encoding: ask.Encoding, Delimiter: ask.Delimiter}
	if err := pinned.Check(); err != nil || ask.HeaderRow < 0 {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: pipelines.Errorf("%w: %w", pipelines.ErrUnknown, cmp.Or(err, errors.New("a row is a number from 1"))), Next: "choose another"}
	}
	mappings, err := match.ReadMappings(mappingsDir)
	if err != nil {
		return nil, err
	}
	known, err := lists.read(ctx)
	if err != nil {
		return nil, err
	}
	file, err := decode.Open(ctx, at, decode.Options{Suspect: match.Suspect, Known: match.Known, Pins: func(member string) decode.Pins {
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
		p := &proposing{Table: t, file: name, ask: ask, lists: known}
		if wrong := mappings.WrongFor(name, &t); wrong != nil {
			return nil, wrong.Fault(mappingsDir)
		}
		claimed := mappings.ForTable(name, t)
		if len(claimed) == 1 && ask.HeaderRow == 0 {
			p.ask.HeaderRow = int64(claimed[0].HeaderRow)
		}
		if err := decode.Rows(ctx, t.Body, p.row); err != nil {
			return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: err, Next: "check the file"}
		}
		if made, ok := p.proposal(); ok {
			if len(claimed) == 1 {
				confirmed := claimed[0].Draft()
				if made.Confirmed = &confirmed; !claimed[0].OnPage() {
					made.ByHand = claimed[0].Path()
				}
			}
			all = append(all, made)
		}
	}
	if len(all) == 0 {
		return nil, &pipelines.Fault{Op: "propose a mapping", At: name, Err: pipelines.ErrNoHeader,
			Next: "put the names of the columns into one row above the data, or say which row it is"}
	}
	return all, err
}

// proposing gathers what a proposal for one table needs.
type proposing struct {
	decode.Table
	file    string
	ask     pipelines.MappingAsk
	lists   map[string]*List
	sample  []row
	chosen  bool // header and export
	made    pipelines.Proposal
	of      *meant
	header  []string
	first   [][]string               // the first rows of data
	at      []int                    // cell of every column of the proposal
	allowed map[int]map[string]bool  // by cell, the words of its contract column
	words   map[int]map[string]int64 // by cell, unknown words and their rows
	byName  map[int]*List            // by cell, the list whose names stand there
}

func (t *proposing) row(r decode.Row) error {
	if !r.Broken.IsZero() {
		return nil
	}
	if t.chosen {
		t.data(r.Cells)
		return nil
	}
	texts := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		texts[i] = c.Text
	}
	if filled(texts) > 0 {
		t.sample = append(t.sample, row{r.No, slices.Clone(r.Cells), texts})
	}
	if len(t.sample) >= sampled && r.No >= t.ask.HeaderRow {
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
		column, _ := t.of.Column(id)
		var unknown []pipelines.UnknownWord
		for word, rows := range words {
			means := nearestValue(column, word)
			if list := t.byName[i]; list != nil {
				means = list.Names[match.Folded(word)]
			}
			unknown = append(unknown, pipelines.UnknownWord{Column: id, Word: word, Rows: rows, Means: means})
		}
		slices.SortFunc(unknown, func(a, b pipelines.UnknownWord) int {
			return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Word, b.Word))
		})
		most := wordsShown
		if t.byName[i] != nil {
			most = namesShown
		}
		t.made.Words = append(t.made.Words, unknown[:min(len(unknown), most)]...)
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

// choose finds the header and rates the exports.
func (t *proposing) choose() {
	t.chosen = true
	head, ok := found{}, false
	if t.Headed && len(t.sample) > 0 {
		head, ok = found{cells: t.sample[0].texts}, true
	} else {
		head, ok = headers(t.sample, t.ask.HeaderRow)
	}
	if !ok {
		return
	}
	titles := titlesOf(t.sample[:head.at])
	profiles, rows := profilesOf(t.sample[head.at+1:], head.cells, titles)
	c := &columns{profiles: profiles, rows: rows, lists: t.lists}
	for i, cell := range head.cells {
		c.headings = append(c.headings, newHeading(cell))
		if i >= len(c.profiles) {
			c.profiles = append(c.profiles, &profile{})
		}
	}
	fits := c.fits(t.exports(), meaningsOf(t.named(head.at)))
	f := fits[0]
	c.remaining(&f)
	if t.ask.Columns != nil {
		f.offers = t.said(c, f.of)
	}
	t.propose(head, c, f)
	for _, other := range fits[1:] {
		if len(t.made.Others) < othersShown && other.score > othersNear*f.score {
			t.made.Others = append(t.made.Others, other.of.Export)
		}
	}
	for _, r := range t.sample[head.at+1:] {
		t.data(r.cells)
	}
	t.sample = nil
}

// exports are those that come into question.
func (t *proposing) exports() (all []*meant) {
	for i := range contracts() {
		if c := &contracts()[i]; t.ask.Export == "" || c.Export == t.ask.Export {
			all = append(all, c)
		}
	}
	return all
}

// named are the texts that may say what the table is: the names of file and sheet, and the titles above the header.
func (t *proposing) named(header int) []string {
	texts := []string{path.Base(t.file), path.Base(t.Name)}
	for _, r := range t.sample[:header] {
		if filled(r.texts) == 1 {
			texts = append(texts, r.texts...)
		}
	}
	return texts
}

// said are the columns as a person chose them.
func (t *proposing) said(c *columns, m *meant) map[int]offer {
	chosen := map[int]offer{}
	for id, header := range t.ask.Columns {
		i := slices.IndexFunc(c.headings, func(h heading) bool { return h.text == header })
		k := slices.IndexFunc(m.columns, func(column meantColumn) bool { return column.ID == id })
		if i >= 0 && k >= 0 {
			o := offer{column: &m.columns[k], likeness: 1, sure: true}
			if o.column.References != "" {
				_, o.byName = c.listed(m, o.column, &c.headings[i], c.profiles[i], &o, verdict{})
			}
			chosen[i] = o
		}
	}
	return chosen
}

// propose writes down what was found.
func (t *proposing) propose(head found, c *columns, f fit) {
	t.of, t.header = f.of, head.cells
	t.made = pipelines.Proposal{File: t.file, Table: t.Name, HeaderRow: t.sample[head.at].no, Export: f.of.Export, ReadAs: t.ReadAs, Pattern: match.Pattern(cmp.Or(t.Member, t.file)), Member: t.Member}
	if t.Name != t.Member {
		t.made.Sheet = match.LiteralPattern(path.Base(t.Name))
	}
	t.made.ReadAs.HeaderRow = t.made.HeaderRow
	t.allowed, t.words, t.byName = map[int]map[string]bool{}, map[int]map[string]int64{}, map[int]*List{}
	for i, h := range c.headings {
		if h.text == "" {
			continue
		}
		p := pipelines.ProposedColumn{Header: h.text}
		if t.Lettered {
			p.Letter, _ = excelize.ColumnNumberToName(i + 1)
		}
		if o, ok := f.offers[i]; ok {
			p.Column, p.Sure, p.Why = o.column.ID, o.sure, o.why
			if o.column.Type == data.TypeEnum && !o.column.Open {
				t.allowed[i] = allowedWords(o.column.Column)
			}
			if export, _, _ := strings.Cut(o.column.References, "."); o.byName {
				t.allowed[i], t.byName[i] = map[string]bool{}, t.lists[export]
			}
		} else if o, ok := f.unfit[i]; ok && !f.has(o.column.ID) {
			p.Unfit, p.Why = o.column.ID, o.why
		}
		t.made.Columns, t.at = append(t.made.Columns, p), append(t.at, i)
	}
	t.made.Why = append(t.made.Why, pipelines.NewDetail(pipelines.DetailColumnsFit, len(f.offers), len(t.made.Columns)))
	there, all := 0, required(f.of.Contract)
	for _, column := range all {
		if f.has(column.ID) {
			there++
		} else {
			t.made.Missing = append(t.made.Missing, column.ID)
		}
	}
	t.made.Why = append(t.made.Why, pipelines.NewDetail(pipelines.DetailRequiredThere, there, len(all)))
	t.made.DateFormat, t.made.DateWhy = days(c.profiles)
}

// data takes examples and unknown words from one row.
func (t *proposing) data(cells []decode.Cell) {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = c.Text
	}
	if match.Passing(texts, t.header, nil, false) || !t.wanted(texts) {
		return
	}
	if len(t.first) < sampled {
		t.first = append(t.first, texts)
	}
	for n, i := range t.at {
		if i >= len(cells) {
			continue
		}
		value := trim(texts[i])
		if value == "" {
			continue
		}
		if c := &t.made.Columns[n]; len(c.Examples) < examplesShown && !slices.Contains(c.Examples, value) {
			c.Examples = append(c.Examples, value)
		}
		if allowed := t.allowed[i]; allowed != nil && !allowed[match.Folded(value)] && !isNothing(value) {
			if t.words[i] == nil {
				t.words[i] = map[string]int64{}
			}
			if _, known := t.words[i][value]; known || len(t.words[i]) < wordsKept {
				t.words[i][value]++
			}
		}
	}
}

// nearestValue is the value of a contract column whose words an unknown word comes nearest to; empty: none is near.
func nearestValue(column data.Column, word string) string {
	best, likeness := "", similarWord
	for _, v := range column.Values {
		for _, other := range append([]string{v.ID, v.Name.Zh, v.Name.En}, v.Words...) {
			if l := match.Alike(data.HeaderKey(word), data.HeaderKey(other)); l > likeness {
				best, likeness = v.ID, l
			}
		}
	}
	return best
}
