package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"hulian/pipelines"
)

// Feed is a source of typed rows that a statement reads like a table, several threads at a time.
type Feed interface {
	Columns() []FeedColumn
	// Rows says about how many rows there are.
	Rows() int64
	// Cursor gives one thread its way through the rows: each row comes from one cursor alone.
	Cursor() Cursor
}

// FeedColumn is one column of a feed.
type FeedColumn struct {
	Name string
	Type FeedType
}

// FeedType is the type of a column of a feed.
type FeedType int

// Types of columns of feeds.
const (
	FeedText FeedType = iota
	FeedWhole
	FeedFloat
	FeedBoolean
	FeedDate
	FeedTimestamp
)

// Cursor writes rows into chunks.
type Cursor interface {
	// Fill writes up to Chunk.Room rows and says how many; none at the end.
	Fill(*Chunk) (int, error)
}

// feeds are the sources that statements may read at the moment.
type feeds struct {
	mu   sync.Mutex
	last int64
	open map[int64]Feed
}

// feedFunction is the table function under which statements read a feed, by its number.
const feedFunction = "fed"

// Feed makes a source readable. read is what a statement names in place of a table; done takes it away again.
func (w *Warehouse) Feed(f Feed) (read string, done func()) {
	w.feeds.mu.Lock()
	defer w.feeds.mu.Unlock()
	w.feeds.last++
	no := w.feeds.last
	w.feeds.open[no] = f
	return fmt.Sprintf("%s(%d)", feedFunction, no), func() {
		w.feeds.mu.Lock()
		defer w.feeds.mu.Unlock()
		delete(w.feeds.open, no)
	}
}

// offerFeeds makes the table function known to the engine. It is the same on every connection.
func (w *Warehouse) offerFeeds(ctx context.Context) (err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return registerFeeds(conn, w.feeds)
}

func registerFeeds(conn *sql.Conn, all *feeds) error {
	number, err := duckdb.NewTypeInfo(duckdb.TYPE_BIGINT)
	if err != nil {
		return err
	}
	return duckdb.RegisterTableUDF(conn, feedFunction, duckdb.ParallelChunkTableFunction{
		Config: duckdb.TableFunctionConfig{Arguments: []duckdb.TypeInfo{number}},
		BindArguments: func(_ map[string]any, args ...any) (duckdb.ParallelChunkTableSource, error) {
			no, _ := args[0].(int64)
			all.mu.Lock()
			defer all.mu.Unlock()
			f, ok := all.open[no]
			if !ok {
				return nil, errors.New("no such feed")
			}
			return newFeedSource(f)
		},
	})
}

// feedSource is a Feed as the engine's driver wants it.
type feedSource struct {
	feed    Feed
	columns []duckdb.ColumnInfo
}

func newFeedSource(f Feed) (*feedSource, error) {
	s := &feedSource{feed: f}
	for _, c := range f.Columns() {
		info, err := typeOf(c)
		if err != nil {
			return nil, err
		}
		s.columns = append(s.columns, duckdb.ColumnInfo{Name: c.Name, T: info})
	}
	return s, nil
}

func typeOf(c FeedColumn) (duckdb.TypeInfo, error) {
	return duckdb.NewTypeInfo(map[FeedType]duckdb.Type{FeedText: duckdb.TYPE_VARCHAR, FeedWhole: duckdb.TYPE_BIGINT, FeedFloat: duckdb.TYPE_DOUBLE,
		FeedBoolean: duckdb.TYPE_BOOLEAN, FeedDate: duckdb.TYPE_DATE, FeedTimestamp: duckdb.TYPE_TIMESTAMP}[c.Type])
}

// ColumnInfos implements duckdb.ParallelChunkTableSource.
func (s *feedSource) ColumnInfos() []duckdb.ColumnInfo { return s.columns }

// Cardinality implements duckdb.ParallelChunkTableSource.
func (s *feedSource) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: uint(max(s.feed.Rows(), 0))}
}

// mostThreads is more than a machine of an office has.
const mostThreads = 64

// Init implements duckdb.ParallelChunkTableSource.
func (s *feedSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: mostThreads}
}

// NewLocalState implements duckdb.ParallelChunkTableSource.
func (s *feedSource) NewLocalState() any {
	return &thread{s.feed.Cursor(), Chunk{columns: s.feed.Columns(), vectors: make([]vector, len(s.columns))}}
}

// thread is one of the engine's on its way through a feed.
type thread struct {
	cursor Cursor
	chunk  Chunk
}

// FillChunk implements duckdb.ParallelChunkTableSource. It is called from threads of the engine, where a panic would end
// the program.
func (s *feedSource) FillChunk(state any, chunk duckdb.DataChunk) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = pipelines.Errorf("programming error: %v\n%s", value, debug.Stack())
		}
	}()
	t := state.(*thread)
	t.chunk.over(&chunk)
	n, err := t.cursor.Fill(&t.chunk)
	if err != nil {
		return err
	}
	return chunk.SetSize(n)
}
