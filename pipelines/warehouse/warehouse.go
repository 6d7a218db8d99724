package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"hulian/pipelines"
)

// Config says which file is opened and with what limits. The zero value of Path is an in-memory database.
type Config struct {
	Path        string
	ReadOnly    bool
	Threads     int    // 0: as many as the machine has
	MemoryLimit string // e.g. "700MB"; empty: the engine's default
	TempDir     string // where larger-than-memory work spills; empty: beside Path
	TempLimit   string // how much may spill, e.g. "2GB"; empty: the engine's default, most of the disk
	AnswerLimit int64  // bytes of one answer of Query, about; 0: no limit
	Sandboxed   bool   // no file access, no attach, no settings: for SQL typed by people
}

// Warehouse is one open DuckDB database. It is safe for use by several goroutines; writers serialise in Transact.
type Warehouse struct {
	db     *sql.DB
	writer chan struct{}
	config Config
	feeds  *feeds
}

// Mend is what helps where a database file is damaged.
const Mend = "hulian check --repair"

// ownerOnly is what a database file may be: read and written by its owner.
const ownerOnly = 0o600

// Open opens the file, creating it unless ReadOnly is set, open to its owner alone. A file locked by another process gives an
// error that wraps pipelines.ErrBusy, a damaged one, as every later call that meets damage, one that wraps
// pipelines.ErrDamaged.
func Open(ctx context.Context, config Config) (*Warehouse, error) {
	options := url.Values{}
	if config.ReadOnly && config.Path != "" {
		options.Set("access_mode", "READ_ONLY")
	}
	if config.Threads > 0 {
		options.Set("threads", strconv.Itoa(config.Threads))
	}
	if config.MemoryLimit != "" {
		options.Set("memory_limit", config.MemoryLimit)
	}
	if config.TempDir != "" {
		options.Set("temp_directory", config.TempDir)
	}
	if config.TempLimit != "" {
		options.Set("max_temp_directory_size", config.TempLimit)
	}
	// New files are written in the engine's newest format, which loads and builds a fifth faster. Only this program reads
	// them; files made before stay in the format they have.
	options.Set("storage_compatibility_version", "latest")
	options.Set("autoinstall_known_extensions", "false")
	options.Set("autoload_known_extensions", "false")
	address := config.Path + "?" + options.Encode()
	// The driver reads path and options out of one address. Behind a # in the path the options would be lost without a
	// word, read-only and the memory limit among them.
	if read, err := url.Parse(address); err != nil || read.RawQuery != options.Encode() {
		return nil, &pipelines.Fault{Op: "open warehouse", At: config.Path, Err: errors.New("the engine's driver misreads this path"),
			Next: "move the town into a folder whose path has none of ? # % :"}
	}
	fault := func(err error) error {
		err = typed(err)
		if said := (*pipelines.Fault)(nil); errors.As(err, &said) { // it is damaged
			return &pipelines.Fault{Op: "open warehouse", At: config.Path, Err: said.Err, Next: said.Next, With: said.With}
		}
		return &pipelines.Fault{Op: "open warehouse", At: config.Path, Err: err}
	}
	connector, err := duckdb.NewConnector(address, nil)
	if err != nil {
		return nil, fault(err)
	}
	w := &Warehouse{db: sql.OpenDB(connector), writer: make(chan struct{}, 1), config: config, feeds: &feeds{open: map[int64]Feed{}}}
	if err := w.db.PingContext(ctx); err != nil {
		return nil, fault(errors.Join(err, w.db.Close()))
	}
	if config.Path != "" && !config.ReadOnly {
		if err := os.Chmod(config.Path, ownerOnly); err != nil { // the engine asks the process's umask
			return nil, fault(errors.Join(err, w.db.Close()))
		}
	}
	if !config.ReadOnly && !config.Sandboxed {
		if err := w.offerFeeds(ctx); err != nil {
			return nil, &pipelines.Fault{Op: "open warehouse", At: config.Path, Err: errors.Join(typed(err), w.db.Close())}
		}
	}
	if config.Sandboxed {
		for _, statement := range []string{"set enable_external_access = false", "set lock_configuration = true"} {
			if _, err := w.db.ExecContext(ctx, statement); err != nil {
				return nil, fault(errors.Join(err, w.db.Close()))
			}
		}
	}
	return w, nil
}

// Close checkpoints and closes the file.
func (w *Warehouse) Close() error { return w.db.Close() }

// Path is the file the warehouse was opened on.
func (w *Warehouse) Path() string { return w.config.Path }

// Exec runs one statement outside a transaction: attach, checkpoint, settings.
func (w *Warehouse) Exec(ctx context.Context, statement string, args ...any) error {
	_, err := w.db.ExecContext(ctx, statement, args...)
	return typed(err)
}

// Query runs one query and returns all its rows. It satisfies pipelines.Querier. The error wraps ErrTooMuch where they are more
// than the AnswerLimit.
func (w *Warehouse) Query(ctx context.Context, query string, args ...any) (pipelines.Table, error) {
	rows, err := w.db.QueryContext(ctx, query, args...)
	if err != nil {
		return pipelines.Table{}, typed(err)
	}
	table, err := collect(rows, w.config.AnswerLimit)
	if err == nil && w.config.AnswerLimit > 0 {
		err = w.whole(ctx, query, len(table.Rows))
	}
	if err != nil {
		return pipelines.Table{}, err
	}
	return table, nil
}

// handedOver is how many rows the engine hands over at once.
const handedOver = 2048

// whole reports whether an answer that somebody asked for has all of its rows. The driver takes a piece of an answer that does not
// fit into memory for the end of the answer and says nothing. Such an answer ends between two pieces; only then its rows are counted.
func (w *Warehouse) whole(ctx context.Context, query string, rows int) error {
	if rows%handedOver != 0 {
		return nil
	}
	counted := int64(-1)
	text := strings.TrimRight(query, "; \t\r\n")
	if err := w.db.QueryRowContext(ctx, "select count(*) from (\n"+text+"\n)").Scan(&counted); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failed := typed(err); errors.Is(failed, pipelines.ErrMemory) {
			return pipelines.Errorf("%w: the memory holds %d rows and cannot count the others: %w", ErrTooMuch, rows, failed)
		}
		return nil // what cannot stand within a question, such as EXPLAIN, has few rows
	}
	if counted > int64(rows) {
		return pipelines.Errorf("%w: %d rows were found, and the memory holds %d", ErrTooMuch, counted, rows)
	}
	return nil
}

// Tx is one transaction. It must not be used after the function it was given to returns.
type Tx struct {
	tx   *sql.Tx
	conn *sql.Conn
}

// Transact runs do in one transaction: committed when do returns nil, rolled back when it returns an error or panics.
// Only one Transact runs at a time; others wait or leave with the context.
func (w *Warehouse) Transact(ctx context.Context, do func(*Tx) error) (err error) {
	select {
	case w.writer <- struct{}{}:
		defer func() { <-w.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return typed(err)
	}
	defer func() { _ = conn.Close() }() // only gives it back: what is committed stays so, and no error may deny that
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return typed(err)
	}
	defer func() {
		if r := recover(); r != nil {
			_ = tx.Rollback() // the panic is told, and says more
			panic(r)
		}
		if err != nil {
			if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) { // done: the end of ctx rolled it back
				err = errors.Join(err, pipelines.Errorf("roll back: %w", typed(undo)))
			}
			return
		}
		err = typed(tx.Commit())
	}()
	return do(&Tx{tx: tx, conn: conn})
}

// Exec runs one statement of the transaction and returns the rows it touched.
func (t *Tx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, typed(err)
	}
	n, err := result.RowsAffected()
	return n, typed(err)
}

// Query runs one query inside the transaction.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (pipelines.Table, error) {
	rows, err := t.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return pipelines.Table{}, typed(err)
	}
	return collect(rows, 0)
}

// Append streams rows into an existing table of the transaction, fastest way in for rows made in Go. Schema may be
// empty. next returns nil at the end. The row slice is not kept.
func (t *Tx) Append(schema, table string, next func() ([]driver.Value, error)) (n int64, err error) {
	err = t.conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), schema, table)
		if err != nil {
			return err
		}
		for {
			row, err := next()
			if err != nil || row == nil {
				return errors.Join(err, appender.Close())
			}
			if err := appender.AppendRow(row...); err != nil {
				return errors.Join(err, appender.Close())
			}
			n++
		}
	})
	return n, typed(err)
}

// Appender streams rows into one table of a transaction. It must be closed before the table is queried, and before
// the transaction ends.
type Appender struct{ appender *duckdb.Appender }

// Appender opens an appender on an existing table, for callers whose rows arrive in pieces. Schema may be empty.
func (t *Tx) Appender(schema, table string) (*Appender, error) {
	var a Appender
	err := t.conn.Raw(func(raw any) (err error) {
		a.appender, err = duckdb.NewAppenderFromConn(raw.(driver.Conn), schema, table)
		return err
	})
	if err != nil {
		return nil, typed(err)
	}
	return &a, nil
}

// Row appends one row. The values are not kept.
func (a *Appender) Row(values ...driver.Value) error { return typed(a.appender.AppendRow(values...)) }

// Close writes what is buffered.
func (a *Appender) Close() error { return typed(a.appender.Close()) }

// What a row and a cell take in memory, besides texts.
const (
	rowSize  = 48
	cellSize = 40
)

func collect(rows *sql.Rows, limit int64) (_ pipelines.Table, err error) {
	defer func() { err = errors.Join(err, typed(rows.Close())) }()
	columns, err := rows.Columns()
	if err != nil {
		return pipelines.Table{}, typed(err)
	}
	table := pipelines.Table{Columns: columns}
	size := int64(0)
	var room []any // for the next rows: one piece of memory for many of them
	pointers := make([]any, len(columns))
	for rows.Next() {
		if len(room) < len(columns) {
			room = make([]any, len(columns)*min(1024, 1+len(table.Rows)))
		}
		values := room[:len(columns):len(columns)]
		room = room[len(columns):]
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return pipelines.Table{}, typed(err)
		}
		size += rowSize
		for i, v := range values {
			values[i] = plain(v)
			text, _ := values[i].(string)
			size += cellSize + int64(len(text))
		}
		if limit > 0 && size > limit {
			return pipelines.Table{}, pipelines.Errorf("%w: over %d MB", ErrTooMuch, limit>>20)
		}
		table.Rows = append(table.Rows, values)
	}
	return table, typed(rows.Err())
}

// plain narrows the engine's value types to the six a Table may hold. A whole number too large for an int64 becomes the
// float64 next to it.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, time.Time:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		if v > math.MaxInt64 {
			return float64(v)
		}
		return int64(v)
	case float32:
		return float64(v)
	case *big.Int:
		if v.IsInt64() {
			return v.Int64()
		}
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case duckdb.Decimal:
		return v.Float64()
	case []byte:
		return string(v)
	case []any, map[string]any:
		if text, err := json.Marshal(nested(v)); err == nil {
			return string(text)
		}
		return fmt.Sprint(v)
	default:
		return fmt.Sprint(v)
	}
}

// nested narrows the values of a list or a row within a row: they are written as JSON.
func nested(v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, element := range v {
			all[i] = nested(element)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, element := range v {
			all[name] = nested(element)
		}
		return all
	default:
		return plain(v)
	}
}

// damage is how the engine speaks of a file that is not what it wrote. It gives all of these the kind "IO Error", which a
// missing file has too.
var damage = []string{
	"Corrupt database file", "is not a valid DuckDB database file", "Could not read enough bytes from file",
}

// replaying begins what the engine says of a log beside the warehouse that it cannot take into it. Unless the machine is at its
// limits, the log is damaged: the engine has many words for it.
const replaying = "Failure while replaying WAL file"

// ofMachine are the words of the engine for a disk or a memory that is full.
var ofMachine = []string{"No space left on device", "Out of Memory Error", "failed to allocate"}

// typed maps the engine's errors to sentinels of package pipelines where one exists. DuckDB gives lock conflicts and damaged
// files no kind of their own, only "IO Error", hence the one place that reads a message.
func typed(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if strings.Contains(text, "Could not set lock on file") {
		return errors.Join(pipelines.ErrBusy, err)
	}
	says := func(all []string) bool {
		return slices.ContainsFunc(all, func(words string) bool { return strings.Contains(text, words) })
	}
	if says(damage) || strings.Contains(text, replaying) && !says(ofMachine) {
		return &pipelines.Fault{Op: "read the database", Err: fmt.Errorf("%w: %w", pipelines.ErrDamaged, err), Next: Mend}
	}
	// The engine advises to change settings of its own, which nobody can here.
	if said, _, _ := strings.Cut(text, "\n\nPossible solutions:"); strings.HasPrefix(said, "Out of Memory Error") {
		return pipelines.Errorf("%w: %s: raise memory_limit, or lower threads, in hulian.yaml", pipelines.ErrMemory, said)
	}
	return err
}
