package cli

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"hulian/cmd/internal/config"
	"hulian/dashboards/api"
	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// masked makes copies of the published tables as visitors may read them: what somebody's own SQL is answered from holds nothing
// that he may not see, so that no question can bring it to light. A copy serves everybody who may see the same of one generation.
// It holds the rows of those tables that questions have named.
type masked struct {
	dir    string // folder for the copies; it ends with the server
	config config.Config

	flight singleflight.Group
	mu     sync.Mutex
	copies map[string]*maskedCopy // those of the newest generation, and of an older one that somebody still reads
	of     int                    // the newest that was asked for
}

// maskedCopy is one file of tables.
type maskedCopy struct {
	key    string
	path   string
	turn   chan struct{}   // held by whoever writes the file or reads it: it is open once at a time
	tables []string        // all of them; empty before the first question
	filled map[string]bool // of these, those whose rows are there
}

// copying is how long a copy may take: the largest towns take minutes.
const copying = 10 * time.Minute

// shareRows is about how many rows of a table are held in memory while it is copied.
const shareRows = 100_000

// notCopied is what the engine says of a question that reads a table whose rows are not in the copy.
const notCopied = "the rows of this table have not been copied yet"

func newMasked(c config.Config) (*masked, error) {
	dir, err := os.MkdirTemp("", "hulian-masked-*")
	if err != nil {
		return nil, &pipelines.Fault{Op: "make a folder for copies of the tables", At: os.TempDir(), Err: err, Next: "make room there"}
	}
	return &masked{dir: dir, config: c, copies: map[string]*maskedCopy{}}, nil
}

// Close removes the copies.
func (m *masked) Close() error { return os.RemoveAll(m.dir) }

// answer has a question answered from a file with the tables of a generation as a visitor may read them. The rows are there of
// the tables whose names stand in the question: one that reads a table in another way is refused, see warehouse.Within.
func (m *masked) answer(ctx context.Context, v visitor.Visitor, f facts.Facts, sql string, from func(path string) (api.Table, error)) (api.Table, error) {
	c, err := m.copyOf(v, f)
	if err != nil {
		return api.Table{}, err
	}
	if err := m.fill(ctx, c, v, f, words(sql)); err != nil {
		return api.Table{}, err
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return api.Table{}, pipelines.ErrBusy
	}
	if m.gone(c) {
		return api.Table{}, pipelines.ErrBusy
	}
	return from(c.path)
}

// gone reports whether a copy was removed, because a newer generation is served.
func (m *masked) gone(c *maskedCopy) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.copies[c.key] != c
}

// word is a part of a question that can be a name.
var word = regexp.MustCompile(`[a-z_][a-z0-9_]*`)

// words lists what can be names of tables in a question.
func words(sql string) []string { return word.FindAllString(strings.ToLower(sql), -1) }

// copyOf gives the copy of a generation for those who may see what a visitor may, and removes those of older ones. Whoever comes late, and
// still holds an older generation, takes nothing from those who hold the newest.
func (m *masked) copyOf(v visitor.Visitor, f facts.Facts) (_ *maskedCopy, err error) {
	key := fmt.Sprintf("%d %s %s", f.Generation, f.Hash, v.Key())
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.Generation > m.of {
		for _, old := range m.copies {
			if removed := os.Remove(old.path); !errors.Is(removed, fs.ErrNotExist) {
				err = errors.Join(err, removed)
			}
		}
		m.of, m.copies = f.Generation, map[string]*maskedCopy{}
	}
	if m.copies[key] == nil {
		path := filepath.Join(m.dir, fmt.Sprintf("gen-%06d-%d.duckdb", f.Generation, time.Now().UnixNano()))
		m.copies[key] = &maskedCopy{key: key, path: path, turn: make(chan struct{}, 1), filled: map[string]bool{}}
	}
	return m.copies[key], err
}

// missing lists the tables among those named that are not filled. begun: the copy holds all tables, with rows or without.
func (m *masked) missing(c *maskedCopy, named []string) (missing []string, begun bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range c.tables {
		if !c.filled[t] && slices.Contains(named, strings.ToLower(t)) {
			missing = append(missing, t)
		}
	}
	return missing, len(c.tables) > 0
}

// fill copies the rows of the tables that are named and not there yet. It goes on when whoever asked first has gone.
func (m *masked) fill(ctx context.Context, c *maskedCopy, v visitor.Visitor, f facts.Facts, named []string) error {
	missing, begun := m.missing(c, named)
	if begun && len(missing) == 0 {
		return nil
	}
	slices.Sort(named)
	done := m.flight.DoChan(c.key+" "+strings.Join(named, " "), func() (any, error) {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), copying)
		defer cancel()
		select {
		case c.turn <- struct{}{}:
			defer func() { <-c.turn }()
		case <-limited.Done():
			return nil, pipelines.ErrBusy
		}
		err := m.write(limited, c, v, f, named)
		if m.gone(c) { // nobody will ask for this
			err = errors.Join(pipelines.ErrBusy, err, os.RemoveAll(c.path))
		}
		return nil, err
	})
	select {
	case result := <-done:
		return result.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sqlTypes are the engine's types, by the types of published columns.
var sqlTypes = map[string]string{"text": "varchar", "integer": "bigint", "number": "double", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}

// write copies the tables that are named into the file. Whoever calls it holds the file's turn.
func (m *masked) write(ctx context.Context, c *maskedCopy, v visitor.Visitor, f facts.Facts, named []string) (err error) {
	w, err := warehouse.Open(ctx, warehouse.Config{Path: c.path, Threads: 1, MemoryLimit: m.config.MemoryLimit, TempDir: m.dir, TempLimit: spilled})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	tables, err := f.Tables(ctx, v)
	if err != nil {
		return err
	}
	if _, begun := m.missing(c, nil); !begun {
		if err := m.begin(ctx, c, w, tables); err != nil {
			return err
		}
	}
	missing, _ := m.missing(c, named)
	for _, t := range tables {
		if !slices.Contains(missing, t.ID) {
			continue
		}
		if err := w.Transact(ctx, func(tx *warehouse.Tx) error { return copyTable(ctx, tx, v, f, t) }); err != nil {
			return pipelines.Errorf("copy the table %s: %w", t.ID, err)
		}
		m.mu.Lock()
		c.filled[t.ID] = true
		m.mu.Unlock()
	}
	return nil
}

// begin makes in the place of every table a view with its columns, so that all can be listed and described. To read it is an error:
// what has not been copied cannot be taken for empty.
func (m *masked) begin(ctx context.Context, c *maskedCopy, w *warehouse.Warehouse, tables []facts.PublishedTable) error {
	var ids []string
	err := w.Transact(ctx, func(tx *warehouse.Tx) error {
		for _, t := range tables {
			columns := make([]string, len(t.Columns))
			for i, column := range t.Columns {
				columns[i] = fmt.Sprintf(`cast(null as %s) as "%s"`, sqlTypes[column.Type], column.ID)
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf(`create view "%s" as select %s where error('%s') is null`, t.ID, strings.Join(columns, ", "), notCopied)); err != nil {
				return err
			}
			ids = append(ids, t.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c.tables = ids
	return nil
}

// copyTable puts a table with its rows in the place of its view.
func copyTable(ctx context.Context, tx *warehouse.Tx, v visitor.Visitor, f facts.Facts, t facts.PublishedTable) error {
	columns := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		columns[i] = fmt.Sprintf(`"%s" %s`, column.ID, sqlTypes[column.Type])
	}
	rows, err := f.TableRows(ctx, t)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`drop view "%s"`, t.ID)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`create table "%s" (%s)`, t.ID, strings.Join(columns, ", "))); err != nil {
		return err
	}
	shares := rows/shareRows + 1
	for share := range shares {
		part, err := f.TableShare(ctx, v, t, share, shares)
		if err != nil {
			return err
		}
		if err := appendRows(tx, t.ID, part.Rows); err != nil {
			return err
		}
	}
	return nil
}

func appendRows(tx *warehouse.Tx, table string, rows [][]any) error {
	values, at := []driver.Value{}, 0
	_, err := tx.Append("", table, func() ([]driver.Value, error) {
		if at == len(rows) {
			return nil, nil
		}
		values = values[:0]
		for _, v := range rows[at] {
			values = append(values, v)
		}
		at++
		return values, nil
	})
	return err
}
