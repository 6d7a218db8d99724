package cli

import (
	"context"
	"errors"
	"time"

	"hulian/cmd/internal/config"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/asof"
	"hulian/pipelines/publish"
)

// reading are the keys of the configuration that commands follow which read the published snapshot.
var reading = []string{"lang", "memory_limit", "threads"}

// reader follows the published snapshots of a town. What people type is answered from it too, so it is sandboxed.
func (p *program) reader(ctx context.Context, c config.Config) (*publish.Reader, error) {
	return publish.OpenReader(ctx, c.Dir, publish.ReaderOptions{Sandboxed: true, Threads: c.Threads, MemoryLimit: c.MemoryLimit})
}

// published does something with the published snapshot.
func (p *program) published(ctx context.Context, c config.Config, do func(pipelines.Querier) error) (err error) {
	reader, err := p.reader(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	snapshot, _, release, err := reader.Pin(ctx)
	if errors.Is(err, pipelines.ErrNotPublished) {
		return &pipelines.Fault{Op: "read snapshot", At: c.Dir, Err: pipelines.ErrNotPublished, Next: "hulian run --dir " + c.Dir}
	}
	if err != nil {
		return err
	}
	defer release()
	return do(snapshot)
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

// askAsOf answers one query on the measures as they were known on an earlier day.
func (p *program) askAsOf(ctx context.Context, c config.Config, text, sql string, arguments ...any) (answer pipelines.Table, err error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return answer, unknown("day", text, nil, "a day such as 2018-01-31")
	}
	programme, err := p.programme(c)
	if err != nil {
		return answer, err
	}
	generation, err := publish.Current(c.Dir)
	if err != nil {
		return answer, &pipelines.Fault{Op: "read snapshot", At: c.Dir, Err: err, Next: "hulian run --dir " + c.Dir}
	}
	w, err := asof.Rebuild(ctx, asof.Config{Snapshot: generation.Path, Day: day, Programme: programme, Threads: c.Threads, MemoryLimit: c.MemoryLimit})
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return w.Query(ctx, sql, arguments...)
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
