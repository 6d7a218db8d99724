package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// Hold takes the town's run lock and its warehouse, for whoever must not meet a run nor a question to the warehouse: a
// backup, a restore, a check. While somebody else holds them, waiting is told once who does and the call waits for the end
// of that or of ctx; where waiting is nil it gives an error that wraps pipelines.ErrBusy instead.
func Hold(ctx context.Context, dir string, waiting func(holder string)) (release func() error, err error) {
	run, err := hold(ctx, dir, lockName, waiting)
	if err != nil {
		return nil, err
	}
	own, err := hold(ctx, dir, warehouseLockName, waiting)
	if err != nil {
		return nil, errors.Join(err, run())
	}
	return func() error { return errors.Join(own(), run()) }, nil
}

// hold takes one of the two locks of a town: see Hold. Who takes both takes the run lock first.
func hold(ctx context.Context, dir, name string, waiting func(holder string)) (release func() error, err error) {
	if err := os.MkdirAll(dir, durable.DirMode); err != nil {
		return nil, &pipelines.Fault{Op: "run", At: dir, Err: err, Next: "check who may write there"}
	}
	lock := flock.New(filepath.Join(dir, name))
	brief, cancel := context.WithTimeout(ctx, noticeable)
	defer cancel()
	got, err := lock.TryLockContext(brief, attempt)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && brief.Err() == nil {
		return nil, &pipelines.Fault{Op: "run", At: lock.Path(), Err: err, Next: "check who may write there"}
	}
	if !got {
		holder := holder(dir)
		if waiting == nil {
			return nil, &pipelines.Fault{Op: "run", At: dir, Err: pipelines.Errorf("%w: %s", pipelines.ErrBusy, holder), Next: "try again when it has ended"}
		}
		waiting(holder)
		if _, err := lock.TryLockContext(ctx, attempt); err != nil {
			return nil, err
		}
	}
	return lock.Unlock, nil
}

// holder says in words which run is at work.
func holder(dir string) string {
	runs, err := documents(dir)
	if err == nil {
		for _, r := range runs {
			if r.State == pipelines.RunRunning {
				// How long ago it was needs no time zone: the machine's is not always the town's.
				return fmt.Sprintf("run %s, started by %s %s ago", r.ID, r.Trigger, time.Since(r.StartedAt).Round(time.Second))
			}
		}
	}
	return "a run that has just started, or a check of files"
}
