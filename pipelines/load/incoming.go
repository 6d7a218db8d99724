package load

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/typing"
	"hulian/pipelines/warehouse"
)

// columnsOf are the columns of typed rows, for the engine: _row, those of the contract, _feed, _bad, _cells and _silent. Bare rows have nothing but their number and their values: what is the same of all
// of them need not be written for each.
func columnsOf(c data.Contract, bare bool) []warehouse.FeedColumn {
	columns := []warehouse.FeedColumn{{Name: "_row", Type: warehouse.FeedWhole}}
	for _, column := range c.Columns {
		of := warehouse.FeedColumn{Name: column.ID}
		switch column.Type {
		case data.TypeInteger:
			of.Type = warehouse.FeedWhole
		case data.TypeDecimal:
			of.Type = warehouse.FeedFloat
		case data.TypeBoolean:
			of.Type = warehouse.FeedBoolean
		case data.TypeDate:
			of.Type = warehouse.FeedDate
		case data.TypeTimestamp:
			of.Type = warehouse.FeedTimestamp
		case data.TypeText, data.TypeEnum, data.TypePeriod: // texts
		}
		columns = append(columns, of)
	}
	if bare {
		return columns
	}
	return append(columns, warehouse.FeedColumn{Name: "_feed", Type: warehouse.FeedWhole}, warehouse.FeedColumn{Name: "_bad", Type: warehouse.FeedBoolean}, warehouse.FeedColumn{Name: "_cells"}, warehouse.FeedColumn{Name: "_silent", Type: warehouse.FeedWhole})
}

// incoming reads the rows of feeds and types them while the engine takes them, block by block and several at a time.
type incoming struct {
	contract data.Contract
	feeds    []*feed
	tasks    []task
	next     atomic.Int64
	ctx      context.Context
	aside    *heldRows // where rows go that something is wrong with; nil: with the others

	mu    sync.Mutex
	found []ledger.Found
	spans []span
}

// task is one block of rows of one feed.
type task struct {
	feed  *feed
	block int
}

// span is what is known of the keys of one block.
type span struct {
	block       int
	first, last string
	rises       bool
}

func newIncoming(ctx context.Context, c data.Contract, feeds []*feed) *incoming {
	in := &incoming{contract: c, feeds: feeds, ctx: ctx}
	for _, f := range feeds {
		for block := range f.table.Blocks() {
			in.tasks = append(in.tasks, task{f, block})
		}
	}
	return in
}

// Columns implements warehouse.Feed.
func (in *incoming) Columns() []warehouse.FeedColumn { return columnsOf(in.contract, in.aside != nil) }

// Rows implements warehouse.Feed.
func (in *incoming) Rows() (n int64) {
	for _, f := range in.feeds {
		n += f.table.Count()
	}
	return n
}

// Cursor implements warehouse.Feed.
func (in *incoming) Cursor() warehouse.Cursor {
	return &cursor{in: in, rows: newColumns(in.contract, in.aside != nil), readers: map[*feed]*typing.Reader{}}
}

// rises reports whether the keys of all rows rise, so that none stands twice.
func (in *incoming) rises() bool {
	slices.SortFunc(in.spans, func(a, b span) int { return cmp.Compare(a.block, b.block) })
	last := ""
	for _, s := range in.spans {
		if !s.rises || s.first != "" && s.first <= last {
			return false
		}
		last = cmp.Or(s.last, last)
	}
	return len(in.spans) > 0
}

// cursor is one thread's way through the tasks.
type cursor struct {
	in      *incoming
	rows    *columns
	at      int
	readers map[*feed]*typing.Reader
}

// Fill implements warehouse.Cursor.
func (c *cursor) Fill(chunk *warehouse.Chunk) (int, error) {
	for c.at == c.rows.count() {
		n := c.in.next.Add(1) - 1
		if n >= int64(len(c.in.tasks)) {
			return 0, nil
		}
		c.at = 0
		c.rows.reset()
		if err := c.read(c.in.tasks[n]); err != nil {
			return 0, err
		}
	}
	n := min(chunk.Room(), c.rows.count()-c.at)
	c.rows.write(chunk, c.at, n)
	c.at += n
	return n, nil
}

// block is one block of rows of a feed on its way through typing.
type block struct {
	*cursor
	*feed
	reader               *typing.Reader
	key                  int // the column whose rising is watched
	span                 span
	found                []ledger.Found
	asides               []held
	handed, passed, last int64
}

// read types the rows of one block.
func (c *cursor) read(t task) error {
	f := t.feed
	reader, ok := c.readers[f]
	if !ok {
		reader = f.reader.Clone()
		c.readers[f] = reader
	}
	b := &block{cursor: c, feed: f, reader: reader, span: span{block: t.block, rises: c.in.aside != nil}}
	key := c.in.contract.Key
	b.key = slices.IndexFunc(c.in.contract.Columns, func(column data.Column) bool { return column.ID == key[0] })
	if len(key) > 1 || c.in.contract.Columns[b.key].Type != data.TypeText {
		b.span.rises = false
	}
	before := reader.Counts()
	if err := f.table.Rows(c.in.ctx, t.block, func(from decode.Row) error { b.row(from); return nil }); err != nil {
		return err
	}
	f.handed.Add(b.handed)
	f.passedOver.Add(b.passed)
	f.reach(b.last)
	now := reader.Counts()
	f.saw(typing.Counts{Nothing: now.Nothing - before.Nothing, Words: now.Words, Alone: now.Alone - before.Alone})
	b.deliver()
	return nil
}

// row types one row, where it belongs to the table, and puts it with the others or aside.
func (b *block) row(from decode.Row) {
	s := &b.segment
	if from.No < s.First || from.No > s.Last || from.No <= s.HeaderRow && from.No > s.HeaderRow-s.HeaderRows {
		return
	}
	b.last = from.No
	if from.No < s.HeaderRow { // a title
		return
	}
	row := b.reader.Read(from)
	switch row.Fate {
	case typing.Ignored:
		return
	case typing.PassedOver:
		b.passed++
		return
	case typing.Accepted, typing.Refused:
		b.handed++
	}
	bad, cells := row.Fate == typing.Refused, ""
	if len(row.Problems) > 0 {
		cells = row.Texts()
		b.tell(from.No, row.Problems)
	}
	if len(row.Problems) > 0 && b.in.aside != nil {
		b.asides = append(b.asides, held{b.line.Feed, from.No, cloneValues(row.Values), bad, cells, row.Silent})
		return
	}
	if b.span.rises {
		b.span.reach(row.Values[b.key].Text)
	}
	b.rows.add(b.line.Feed, from.No, row.Values, bad, cells, row.Silent)
}

// tell notes the problems of a row.
func (b *block) tell(no int64, problems []typing.Problem) {
	for _, p := range problems {
		column := ""
		if p.Column >= 0 {
			column = b.in.contract.Columns[p.Column].ID
		}
		letter, header := b.placeOf(p)
		b.found = append(b.found, ledger.Found{Feed: b.line.Feed, Row: no, Column: column, Code: p.Code, Severity: p.Severity, Value: strings.Clone(p.Value), Detail: p.Detail,
			Letter: letter, Header: header})
	}
}

// reach takes the key of the next row into a span.
func (s *span) reach(key string) {
	switch {
	case key <= s.last:
		s.rises = false
	case s.first == "":
		s.first = key
	}
	s.last = key
}

// deliver hands over what was gathered beside the rows.
func (b *block) deliver() {
	s := b.span
	s.first, s.last = strings.Clone(s.first), strings.Clone(s.last)
	b.in.mu.Lock()
	defer b.in.mu.Unlock()
	b.in.found = append(b.in.found, b.found...)
	if b.in.aside != nil {
		b.in.aside.rows = append(b.in.aside.rows, b.asides...)
		b.in.spans = append(b.in.spans, s)
	}
}

// placeOf says where a problem stands that is not in the column's own cell.
func (f *feed) placeOf(p typing.Problem) (letter, header string) {
	if p.Cell == 0 {
		return "", ""
	}
	if f.table.Lettered {
		letter, _ = excelize.ColumnNumberToName(p.Cell)
	}
	if p.Cell <= len(f.segment.Header) {
		header = f.segment.Header[p.Cell-1]
	}
	return letter, header
}

func cloneValues(values []typing.Value) []typing.Value {
	all := slices.Clone(values)
	for i := range all {
		all[i].Text = strings.Clone(all[i].Text)
	}
	return all
}

// columns holds typed rows column by column, to be written into chunks of the engine.
type columns struct {
	contract data.Contract
	feeds    []int64
	numbers  []int64
	values   []values
	bad      []int64 // 1: the row is refused
	cells    []string
	hasCells []bool
	silent   []int64
	bare     bool
}

// values are those of one column. Its type says which of the lists hold them.
type values struct {
	set     []bool
	texts   []string
	numbers []int64
	floats  []float64
}

func newColumns(c data.Contract, bare bool) *columns {
	return &columns{contract: c, values: make([]values, len(c.Columns)), bare: bare}
}

func (c *columns) count() int { return len(c.numbers) }

func (c *columns) reset() {
	c.feeds, c.numbers, c.bad, c.cells, c.hasCells, c.silent = c.feeds[:0], c.numbers[:0], c.bad[:0], c.cells[:0], c.hasCells[:0], c.silent[:0]
	for i := range c.values {
		v := &c.values[i]
		v.set, v.texts, v.numbers, v.floats = v.set[:0], v.texts[:0], v.numbers[:0], v.floats[:0]
	}
}

func (c *columns) add(feed, row int64, all []typing.Value, bad bool, cells string, silent int64) {
	c.numbers = append(c.numbers, row)
	for i := range all {
		from, to := &all[i], &c.values[i]
		to.set = append(to.set, from.Set)
		switch c.contract.Columns[i].Type {
		case data.TypeInteger, data.TypeBoolean, data.TypeDate, data.TypeTimestamp:
			to.numbers = append(to.numbers, from.Number)
		case data.TypeDecimal:
			to.floats = append(to.floats, from.Float)
		default:
			to.texts = append(to.texts, from.Text)
		}
	}
	if c.bare {
		return
	}
	c.feeds, c.cells, c.hasCells = append(c.feeds, feed), append(c.cells, cells), append(c.hasCells, cells != "")
	n := int64(0)
	if bad {
		n = 1
	}
	c.bad, c.silent = append(c.bad, n), append(c.silent, silent)
}

// write writes n rows from an offset on.
func (c *columns) write(chunk *warehouse.Chunk, at, n int) {
	chunk.Numbers(0, c.numbers[at:at+n], nil)
	for i, column := range c.contract.Columns {
		v := &c.values[i]
		set := v.set[at : at+n]
		switch column.Type {
		case data.TypeInteger, data.TypeBoolean, data.TypeDate, data.TypeTimestamp:
			chunk.Numbers(i+1, v.numbers[at:at+n], set)
		case data.TypeDecimal:
			chunk.Floats(i+1, v.floats[at:at+n], set)
		default:
			chunk.Texts(i+1, v.texts[at:at+n], set)
		}
	}
	if c.bare {
		return
	}
	last := len(c.contract.Columns) + 1
	chunk.Numbers(last, c.feeds[at:at+n], nil)
	chunk.Numbers(last+1, c.bad[at:at+n], nil)
	chunk.Texts(last+2, c.cells[at:at+n], c.hasCells[at:at+n])
	chunk.Numbers(last+3, c.silent[at:at+n], nil)
}

// heldRows are typed rows that were put aside.
type heldRows struct {
	contract data.Contract
	rows     []held
	given    atomic.Bool
}

type held struct {
	feed, row int64
	values    []typing.Value
	bad       bool
	cells     string
	silent    int64
}

func (h *heldRows) count() int { return len(h.rows) }

// Columns implements warehouse.Feed.
func (h *heldRows) Columns() []warehouse.FeedColumn { return columnsOf(h.contract, false) }

// Rows implements warehouse.Feed.
func (h *heldRows) Rows() int64 { return int64(len(h.rows)) }

// Cursor implements warehouse.Feed. One thread takes all of them: they are few.
func (h *heldRows) Cursor() warehouse.Cursor {
	c := &heldCursor{rows: newColumns(h.contract, false)}
	if h.given.CompareAndSwap(false, true) {
		for _, r := range h.rows {
			c.rows.add(r.feed, r.row, r.values, r.bad, r.cells, r.silent)
		}
	}
	return c
}

type heldCursor struct {
	rows *columns
	at   int
}

// Fill implements warehouse.Cursor.
func (c *heldCursor) Fill(chunk *warehouse.Chunk) (int, error) {
	n := min(chunk.Room(), c.rows.count()-c.at)
	c.rows.write(chunk, c.at, n)
	c.at += n
	return n, nil
}
