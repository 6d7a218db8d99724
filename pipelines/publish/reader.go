package publish

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"sync"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// ReaderOptions limit what queries may do and use.
type ReaderOptions struct {
	Sandboxed   bool   // for SQL typed by people: no files, no attach, no settings
	Threads     int    // 0: as many as the machine has, but see Crowd
	Crowd       bool   // many people ask at once: threads that are not set are one a question where the database is of a town's size
	MemoryLimit string // empty: the engine's default
	TempDir     string // where larger-than-memory work spills; empty: beside the snapshot
	TempLimit   string // how much may spill, e.g. "2GB"; empty: most of the disk
	AnswerLimit int64  // bytes of one answer, about; 0: no limit
	Verify      bool   // a generation is held to its hash before it is read

	// Logger is told when an older generation is read because the one that should be is damaged. nil: nobody is; what Pin
	// returns says so too.
	Logger *slog.Logger
}

// townSize is how many bytes a database of a town has at most. Its questions take milliseconds: to split one between threads costs
// more than it saves when others wait.
const townSize = 256 << 20

// threads is how many threads answer a question on a database.
func (o ReaderOptions) threads(path string) int {
	if o.Threads == 0 && o.Crowd {
		if file, err := os.Stat(path); err == nil && file.Size() < townSize {
			return 1
		}
	}
	return o.Threads
}

// Reader gives read-only access to the current generation and follows the pointer as it moves. Where the generation it
// names is damaged, or turns out to be while it is read, it goes on with the newest older one. It is safe for use by several
// goroutines.
type Reader struct {
	dir     string
	options ReaderOptions

	mu       sync.Mutex
	open     *opened // the newest generation seen; nil before the first
	seen     pointed // what the pointer said then
	damaged  map[int]error
	closed   bool
	unclosed error // what went wrong while generations were closed
}

// OpenReader opens the current generation of a town's folder. Before the first publish it returns a reader all the
// same, whose Pin wraps pipelines.ErrNotPublished until there is one.
func OpenReader(ctx context.Context, dir string, o ReaderOptions) (*Reader, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Reader{dir: dir, options: o, damaged: map[int]error{}}
	_, _, release, err := r.Pin(ctx)
	if errors.Is(err, pipelines.ErrNotPublished) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	release()
	return r, nil
}

// Pin returns the current generation and a querier on it. Until release is called the querier sees that generation
// and no other, whatever is published meanwhile; release may be called several times.
func (r *Reader) Pin(ctx context.Context) (q pipelines.Querier, g Generation, release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, Generation{}, nil, errors.New("the reader is closed")
	}
	if err := r.catchUp(ctx); err != nil {
		return nil, Generation{}, nil, err
	}
	pinned := r.open
	pinned.users++
	var once sync.Once
	return pinned, pinned.generation, func() {
		once.Do(func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.leave(pinned)
		})
	}, nil
}

// catchUp makes the generation the pointer names the one held open, or the one that is read in its place. A generation that
// cannot be opened because the pointer has moved on, and the writer removed what it named before, is no error.
func (r *Reader) catchUp(ctx context.Context) error {
	p, err := readPointer(r.dir)
	for r.open == nil || p != r.seen || r.damaged[r.open.generation.Number] != nil {
		chosen, failed := r.choose(ctx, p, err)
		before := p
		if p, err = readPointer(r.dir); p != before {
			if chosen != nil {
				if err := chosen.database.Close(); err != nil {
					return err
				}
			}
			continue
		}
		if failed != nil {
			return failed
		}
		if chosen.generation.Instead != nil {
			r.options.Logger.Error("the published snapshot is damaged: an older one is served until a run has published a whole one",
				"generation", chosen.generation.Number, "error", chosen.generation.Instead)
		}
		if r.open != nil {
			r.leave(r.open)
		}
		r.open, r.seen = chosen, p
	}
	return nil
}

// choose opens the generation to read.
func (r *Reader) choose(ctx context.Context, p pointed, unreadable error) (*opened, error) {
	var database *warehouse.Warehouse
	g, err := choose(r.dir, p, unreadable, func(g Generation) (err error) {
		if err := r.damaged[g.Number]; err != nil {
			return err
		}
		if r.options.Verify {
			if err := verifyDatabase(ctx, r.dir, g); err != nil {
				return err
			}
		}
		database, err = warehouse.Open(context.WithoutCancel(ctx), warehouse.Config{Path: g.Path, ReadOnly: true, Threads: r.options.threads(g.Path),
			MemoryLimit: r.options.MemoryLimit, Sandboxed: r.options.Sandboxed, TempDir: r.options.TempDir, TempLimit: r.options.TempLimit, AnswerLimit: r.options.AnswerLimit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &opened{reader: r, generation: g, database: database, users: 1}, nil
}

// opened is one generation held open. The reader holds one of its users as long as it is the newest.
type opened struct {
	reader     *Reader
	generation Generation
	database   *warehouse.Warehouse
	users      int
}

// Query answers from this generation. Where that shows it to be damaged, the reader turns to an older one.
func (o *opened) Query(ctx context.Context, query string, args ...any) (pipelines.Table, error) {
	table, err := o.database.Query(ctx, query, args...)
	return table, o.noted(err)
}

// Scan is Query, column by column.
func (o *opened) Scan(ctx context.Context, do func(pipelines.Piece) error, query string, args ...any) error {
	return o.noted(o.database.Scan(ctx, do, query, args...))
}

// noted keeps in mind that this generation is damaged, where an error says so.
func (o *opened) noted(err error) error {
	if !errors.Is(err, pipelines.ErrDamaged) {
		return err
	}
	err = &pipelines.Fault{Op: "read generation " + strconv.Itoa(o.generation.Number), At: o.generation.Path, Err: err, Next: republish}
	o.reader.mu.Lock()
	defer o.reader.mu.Unlock()
	o.reader.damaged[o.generation.Number] = err
	return err
}

// Question is warehouse.Warehouse.Question of this generation.
func (o *opened) Question(ctx context.Context, query string) error {
	return o.database.Question(ctx, query)
}

// leave gives up one use; the last one closes the file. The reader's lock is held.
func (r *Reader) leave(o *opened) {
	o.users--
	if o.users == 0 {
		r.unclosed = errors.Join(r.unclosed, o.database.Close())
	}
}

// Close lets go of the newest generation, and returns what went wrong while generations were closed. Generations still
// pinned stay open until they are released.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	if r.open != nil {
		r.leave(r.open)
		r.open = nil
	}
	return r.unclosed
}
