package publish

import (
	"context"
	"errors"
	"sync"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// ReaderOptions limit what queries may do and use.
type ReaderOptions struct {
	Sandboxed   bool   // for SQL typed by people: no files, no attach, no settings
	Threads     int    // 0: as many as the machine has
	MemoryLimit string // empty: the engine's default
}

// Reader gives read-only access to the current generation and follows the pointer as it moves. It is safe for use by
// several goroutines.
type Reader struct {
	dir     string
	options ReaderOptions

	mu       sync.Mutex
	open     *opened // the newest generation seen; nil before the first
	closed   bool
	unclosed error // what went wrong while generations were closed
}

// opened is one generation held open. The reader holds one of its users as long as it is the newest.
type opened struct {
	generation Generation
	database   *warehouse.Warehouse
	users      int
}

// OpenReader opens the current generation of a town's folder. Before the first publish it returns a reader all the
// same, whose Pin wraps pipelines.ErrNotPublished until there is one.
func OpenReader(ctx context.Context, dir string, o ReaderOptions) (*Reader, error) {
	r := &Reader{dir: dir, options: o}
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
	return pinned.database, pinned.generation, func() {
		once.Do(func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.leave(pinned)
		})
	}, nil
}

// catchUp makes the generation the pointer names the one held open. A generation that cannot be opened because the
// pointer has moved on, and the writer removed what it named before, is no error.
func (r *Reader) catchUp(ctx context.Context) error {
	number, err := currentNumber(r.dir)
	for err == nil && (r.open == nil || r.open.generation.Number != number) {
		failed := r.follow(ctx, number)
		if failed == nil {
			return nil
		}
		before := number
		if number, err = currentNumber(r.dir); err == nil && number == before {
			return failed
		}
	}
	return err
}

// follow opens the generation the pointer names and lets go of the one held so far.
func (r *Reader) follow(ctx context.Context, number int) error {
	generation, err := readGeneration(r.dir, number)
	if err != nil {
		return err
	}
	database, err := warehouse.Open(context.WithoutCancel(ctx), warehouse.Config{Path: generation.Path, ReadOnly: true,
		Threads: r.options.Threads, MemoryLimit: r.options.MemoryLimit, Sandboxed: r.options.Sandboxed})
	if err != nil {
		return err
	}
	if r.open != nil {
		r.leave(r.open)
	}
	r.open = &opened{generation: generation, database: database, users: 1}
	return nil
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
