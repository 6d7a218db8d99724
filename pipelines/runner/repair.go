package runner

import (
	"context"
	"log/slog"

	"hulian/pipelines"
)

// Mending is what a repair does around the stages of its run. Both are given the log of the run.
type Mending struct {
	// First puts damaged files right. Where it says that the stages are not to follow, because nothing needs them or what they
	// need is lost, the run ends with it.
	First func(ctx context.Context, log *slog.Logger) (follow bool, err error)
	// Last sets aside what the stages have made anew.
	Last func(ctx context.Context, log *slog.Logger) error
}

// Repair is a run that holds the town's lock, has damaged files put right, and takes what has landed through the stages, which
// builds and publishes anew whatever is missing. No source is read.
func (r *Runner) Repair(ctx context.Context, mending Mending) (pipelines.Run, error) {
	return r.record(ctx, "repair", func(w *work) error {
		follow := false
		err := w.stage(ctx, pipelines.StageRepair, func(ctx context.Context, _ *pipelines.StageRecord) (err error) {
			follow, err = mending.First(ctx, w.Logger)
			return err
		})
		if err == nil && follow {
			err = w.stages(ctx)
		}
		if err != nil {
			return err
		}
		return mending.Last(ctx, w.Logger)
	})
}
