package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// Hold takes the town's run lock, for whoever must not meet a run: a run itself, a backup, a restore. While another run
// holds it, waiting is told once who does and the call waits for the end of the run or of ctx; where waiting is nil it
// gives an error that wraps pipelines.ErrBusy instead.
func Hold(ctx context.Context, dir string, waiting func(holder string)) (release func() error, err error) {
	if err := os.MkdirAll(dir, durable.DirMode); err != nil {
		return nil, &pipelines.Fault{Op: "run", At: dir, Err: err, Next: "check who may write there"}
	}
	lock := flock.New(filepath.Join(dir, lockName))
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
			return nil, &pipelines.Fault{Op: "run", At: dir, Err: fmt.Errorf("%w: %s", pipelines.ErrBusy, holder), Next: "try again when it has ended"}
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
	return "a run that has just started"
}
