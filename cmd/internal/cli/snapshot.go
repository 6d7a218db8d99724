package cli

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"hulian/cmd/internal/config"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/asof"
	"hulian/pipelines/publish"
)

// reading are the keys of the configuration that commands follow which read the published snapshot.
var reading = []string{"memory_limit", "threads"}

// reader follows the published snapshots of a town. What people type is answered from it too, so it is sandboxed.
func (p *program) reader(ctx context.Context, c config.Config) (*publish.Reader, error) {
	return publish.OpenReader(ctx, c.Dir, publish.ReaderOptions{Sandboxed: true, Threads: c.Threads, MemoryLimit: c.MemoryLimit, Verify: true})
}

// servingReader is the reader of a server: it holds a generation to its hash before it serves it, and tells the log where it goes on with an older one.
func (p *program) servingReader(ctx context.Context, c config.Config, log *slog.Logger) (*publish.Reader, error) {
	return publish.OpenReader(ctx, c.Dir, publish.ReaderOptions{Sandboxed: true, Threads: c.Threads, Crowd: true, MemoryLimit: c.MemoryLimit, Verify: true, Logger: log})
}

// published does something with the published snapshot.
func (p *program) published(ctx context.Context, c config.Config, do func(pipelines.Querier) error) (err error) {
	reader, err := p.reader(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	return p.pinned(ctx, c, reader, do)
}

// pinned does something with the generation a reader reads.
func (p *program) pinned(ctx context.Context, c config.Config, reader *publish.Reader, do func(pipelines.Querier) error) error {
	pinned, err := p.pin(ctx, c, reader)
	if err != nil {
		return err
	}
	defer pinned.Release()
	return do(pinned.Data)
}

// pin holds the published snapshot until it is released.
func (p *program) pin(ctx context.Context, c config.Config, reader *publish.Reader) (web.Pinned, error) {
	snapshot, generation, release, err := reader.Pin(ctx)
	if errors.Is(err, pipelines.ErrNotPublished) {
		return web.Pinned{}, &pipelines.Fault{Op: "read snapshot", At: c.Dir, Err: pipelines.ErrNotPublished, Next: "hulian run --dir " + c.Dir}
	}
	if err != nil {
		return web.Pinned{}, err
	}
	p.instead(generation)
	return web.Pinned{Data: snapshot, Generation: generation.Number, Hash: generation.Hash, Release: release}, nil
}

// instead says on standard error that an older generation is read than was published.
func (p *program) instead(g publish.Generation) {
	if g.Instead != nil && p.readInstead != g.Number { // a command may ask several times
		p.readInstead = g.Number
		message, next := p.explain(g.Instead)
		p.say("generation %d is read, an older one than was published last: %s\nTry: %s\n", g.Number, message, next)
	}
}

// ask answers one query from the published snapshot.
func (p *program) ask(ctx context.Context, c config.Config, sql string, arguments ...any) (answer pipelines.Table, err error) {
	err = p.published(ctx, c, func(q pipelines.Querier) error {
		if answer, err = q.Query(ctx, sql, arguments...); err != nil {
			return &pipelines.Fault{Op: "query", At: "the snapshot of " + c.Dir, Err: err, Next: queryAdvice(err)}
		}
		return nil
	})
	return answer, err
}

// asOf does something with the measures as they were known on an earlier day.
func (p *program) asOf(ctx context.Context, c config.Config, text string, do func(pipelines.Querier) error) error {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return unknown("day", text, nil, "a day such as 2018-01-31")
	}
	programme, err := p.programme(c)
	if err != nil {
		return err
	}
	w, err := asof.Rebuild(ctx, asof.Config{Landed: filepath.Join(c.Dir, landedName), MappingsDir: filepath.Join(c.Dir, "mappings"), Day: day, Programme: programme,
		TimeZone: c.TimeZone, Threads: c.Threads, MemoryLimit: c.MemoryLimit})
	if err != nil {
		return err
	}
	return errors.Join(do(w), w.Close())
}

// served hands the reader's generations to the pages.
type served struct{ reader *publish.Reader }

// Pin holds the current generation for one request.
func (s served) Pin(ctx context.Context) (web.Pinned, error) {
	snapshot, generation, release, err := s.reader.Pin(ctx)
	if err != nil {
		return web.Pinned{}, err
	}
	return web.Pinned{Data: snapshot, Generation: generation.Number, Hash: generation.Hash, Release: release}, nil
}
