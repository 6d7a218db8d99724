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
	"hulian/pipelines/load/statement"
	"hulian/pipelines/load/typing"
	"hulian/pipelines/warehouse"
)

// incomingRows is a source of typed rows for the engine: _feed, _row, the columns of the contract, _bad and _cells.
type incomingRows interface {
	warehouse.Feed
	selected() string
}

// columnsOf are the columns of typed rows. Bare rows have nothing but their number and their values: what is the same of all
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
		case data.TypeEnum:
			if !column.Open {
				for _, v := range column.Values {
					of.Words = append(of.Words, v.ID)
				}
			}
		case data.TypeText, data.TypePeriod: // texts
		}
		columns = append(columns, of)
	}
	if bare {
		return columns
	}
	return append(columns, warehouse.FeedColumn{Name: "_feed", Type: warehouse.FeedWhole}, warehouse.FeedColumn{Name: "_bad", Type: warehouse.FeedBoolean}, warehouse.FeedColumn{Name: "_cells"})
}

// selectedOf lists the columns of typed rows as tables keep them.
func selectedOf(c data.Contract, bare bool) string {
	names := []string{"_row"}
	for _, column := range c.Columns {
		name := statement.Quote(column.ID)
		if column.Type == data.TypeEnum && !column.Open {
			name = "cast(" + name + " as varchar) as " + name
		}
		names = append(names, name)
	}
	if !bare {
		names = append(names, "_feed", "_bad", "_cells")
	}
	return strings.Join(names, ", ")
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

func (in *incoming) selected() string { return selectedOf(in.contract, in.aside != nil) }

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
	err := c.rows.write(chunk, c.at, n)
	c.at += n
	return n, err
}

// read types the rows of one block.
func (c *cursor) read(t task) error {
	f := t.feed
	reader, ok := c.readers[f]
	if !ok {
		reader = f.reader.Clone()
		c.readers[f] = reader
	}
	var found []ledger.Found
	var asides []held
	handed, passed, last := int64(0), int64(0), int64(0)
	s := span{block: t.block, rises: c.in.aside != nil}
	key := slices.IndexFunc(c.in.contract.Columns, func(column data.Column) bool { return column.ID == c.in.contract.Key[0] })
	if len(c.in.contract.Key) > 1 || c.in.contract.Columns[key].Type != data.TypeText {
		s.rises = false
	}
	before := reader.Counts()
	err := f.table.Rows(c.in.ctx, t.block, func(from decode.Row) error {
		if from.No < f.segment.First || from.No > f.segment.Last || from.No <= f.segment.HeaderRow && from.No > f.segment.HeaderRow-f.segment.HeaderRows {
			return nil
		}
		last = from.No
		if from.No < f.segment.HeaderRow { // a title
			return nil
		}
		row := reader.Read(from)
		switch row.Fate {
		case typing.Ignored:
			return nil
		case typing.PassedOver:
			passed++
			return nil
		case typing.Accepted, typing.Refused:
			handed++
		}
		for _, p := range row.Problems {
			column := ""
			if p.Column >= 0 {
				column = c.in.contract.Columns[p.Column].ID
			}
			letter, header := f.placeOf(p)
			found = append(found, ledger.Found{Feed: f.line.Feed, Row: from.No, Column: column, Code: p.Code, Severity: p.Severity, Value: strings.Clone(p.Value), Detail: p.Detail,
				Letter: letter, Header: header})
		}
		bad, cells := row.Fate == typing.Refused, ""
		if len(row.Problems) > 0 {
			cells = row.Texts()
		}
		if len(row.Problems) > 0 && c.in.aside != nil {
			asides = append(asides, held{f.line.Feed, from.No, cloneValues(row.Values), bad, cells})
			return nil
		}
		if s.rises {
			now := row.Values[key].Text
			switch {
			case now <= s.last:
				s.rises = false
			case s.first == "":
				s.first = now
			}
			s.last = now
		}
		c.rows.add(f.line.Feed, from.No, row.Values, bad, cells)
		return nil
	})
	if err != nil {
		return err
	}
	f.handed.Add(handed)
	f.passedOver.Add(passed)
	f.reach(last)
	now := reader.Counts()
	f.saw(typing.Counts{Nothing: now.Nothing - before.Nothing, Words: now.Words, Alone: now.Alone - before.Alone})
	s.first, s.last = strings.Clone(s.first), strings.Clone(s.last)
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.in.found = append(c.in.found, found...)
	if c.in.aside != nil {
		c.in.aside.rows = append(c.in.aside.rows, asides...)
		c.in.spans = append(c.in.spans, s)
	}
	return nil
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
	values   [][]typing.Value
	bad      []bool
	cells    []string
	bare     bool
}

func newColumns(c data.Contract, bare bool) *columns {
	return &columns{contract: c, values: make([][]typing.Value, len(c.Columns)), bare: bare}
}

func (c *columns) count() int { return len(c.numbers) }

func (c *columns) reset() {
	c.feeds, c.numbers, c.bad, c.cells = c.feeds[:0], c.numbers[:0], c.bad[:0], c.cells[:0]
	for i := range c.values {
		c.values[i] = c.values[i][:0]
	}
}

func (c *columns) add(feed, row int64, values []typing.Value, bad bool, cells string) {
	c.feeds, c.numbers, c.bad, c.cells = append(c.feeds, feed), append(c.numbers, row), append(c.bad, bad), append(c.cells, cells)
	for i, v := range values {
		c.values[i] = append(c.values[i], v)
	}
}

// write writes n rows from an offset on.
func (c *columns) write(chunk *warehouse.Chunk, at, n int) error {
	for row := range n {
		if err := chunk.Whole(0, row, c.numbers[at+row]); err != nil {
			return err
		}
	}
	for i, column := range c.contract.Columns {
		for row, v := range c.values[i][at : at+n] {
			if err := set(chunk, i+1, row, column.Type, v); err != nil {
				return err
			}
		}
	}
	if c.bare {
		return nil
	}
	last := len(c.contract.Columns) + 1
	for row := range n {
		if err := chunk.Whole(last, row, c.feeds[at+row]); err != nil {
			return err
		}
		if err := chunk.Boolean(last+1, row, c.bad[at+row]); err != nil {
			return err
		}
		if cells := c.cells[at+row]; cells == "" {
			if err := chunk.Null(last+2, row); err != nil {
				return err
			}
		} else if err := chunk.Text(last+2, row, cells); err != nil {
			return err
		}
	}
	return nil
}

func set(chunk *warehouse.Chunk, column, row int, of data.Type, v typing.Value) error {
	if !v.Set {
		return chunk.Null(column, row)
	}
	switch of {
	case data.TypeInteger:
		return chunk.Whole(column, row, v.Whole)
	case data.TypeDecimal:
		return chunk.Float(column, row, v.Float)
	case data.TypeBoolean:
		return chunk.Boolean(column, row, v.Whole == 1)
	case data.TypeDate, data.TypeTimestamp:
		return chunk.Time(column, row, v.Time)
	default:
		return chunk.Text(column, row, v.Text)
	}
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
}

func (h *heldRows) count() int { return len(h.rows) }

func (h *heldRows) selected() string { return selectedOf(h.contract, false) }

// Columns implements warehouse.Feed.
func (h *heldRows) Columns() []warehouse.FeedColumn { return columnsOf(h.contract, false) }

// Rows implements warehouse.Feed.
func (h *heldRows) Rows() int64 { return int64(len(h.rows)) }

// Cursor implements warehouse.Feed. One thread takes all of them: they are few.
func (h *heldRows) Cursor() warehouse.Cursor {
	c := &heldCursor{rows: newColumns(h.contract, false)}
	if h.given.CompareAndSwap(false, true) {
		for _, r := range h.rows {
			c.rows.add(r.feed, r.row, r.values, r.bad, r.cells)
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
	err := c.rows.write(chunk, c.at, n)
	c.at += n
	return n, err
}
