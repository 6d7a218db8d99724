package runner

import (
	"context"
	"errors"
	"path/filepath"

	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/pipelines/warehouse"
)

// Waive marks problems as waived by a person, with a reason, and publishes that. n is how many were open.
func (r *Runner) Waive(ctx context.Context, waiver load.Waiver) (n int64, run pipelines.Run, err error) {
	run, err = r.record(ctx, "waive", func(w *work) (err error) {
		w.warehouse, err = warehouse.Open(ctx, warehouse.Config{
			Path: filepath.Join(w.Dir, warehouseName), Threads: w.Threads, MemoryLimit: w.MemoryLimit,
		})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.warehouse.Close()) }()
		if err := w.stage(ctx, pipelines.StageLoad, func(ctx context.Context, record *pipelines.StageRecord) error {
			waiver.At = w.Now()
			n, err = load.Waive(ctx, w.warehouse, waiver)
			record.Rows = n
			return err
		}); err != nil {
			return err
		}
		if err := w.stage(ctx, pipelines.StageModel, w.model); err != nil {
			return err
		}
		return w.stage(ctx, pipelines.StagePublish, w.publish)
	})
	return n, run, err
}
