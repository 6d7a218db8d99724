package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/entry"
	"hulian/pipelines/load"
	"hulian/pipelines/warehouse"
)

// freshName is the warehouse that everything is loaded into anew. It begins like what a killed load leaves, and is removed
// with it.
const freshName = ".loading-warehouse.duckdb"

// load takes landed files into typed tables and holds every one of them to its reconciliation.
func (w *work) load(ctx context.Context, record *pipelines.StageRecord) error {
	config := load.Config{
		Store: w.store, MappingsDir: filepath.Join(w.Dir, mappingsName), Programme: w.Programme,
		TimeZone: w.TimeZone, RunID: w.run.ID,
		Now: w.Now(), Progress: w.Progress,
	}
	if w.named {
		config.Again = w.seen
	}
	result, err := w.loadOrAnew(ctx, config)
	if err != nil {
		return err
	}
	if w.Confirm && len(result.Held) > 0 {
		released, err := w.releaseHeld(ctx, result)
		if err != nil {
			return err
		}
		if released {
			config.Again = nil
			if result, err = w.loadOrAnew(ctx, config); err != nil {
				return err
			}
		}
	}
	w.loaded = result
	w.run.Waiting = result.WaitNow
	if w.run.Awaited, err = w.awaited(ctx); err != nil {
		return err
	}
	return w.account(result, record)
}

// account writes what was loaded into the document of the run and its log.
func (w *work) account(result load.Result, record *pipelines.StageRecord) error {
	w.run.Files = append(w.run.Files, result.Files...)
	for _, known := range w.known {
		if !slices.ContainsFunc(result.Files, func(f pipelines.Reconciliation) bool { return f.FileID == known.FileID && f.Name == known.Name }) { // looked at again
			w.run.Known = append(w.run.Known, known)
			w.Logger.Info("file had arrived before", "file", known.Name, "as", known.As)
		}
	}
	for _, why := range result.Mappings {
		w.Logger.Error("a mapping file is wrong: the files that it claims are not read", "error", why)
	}
	for _, why := range result.Failed {
		w.Logger.Error("a file could not be read: this is a fault of the program", "error", why)
	}
	for _, file := range result.Files {
		if !file.Balanced() {
			return &pipelines.Fault{Op: "load", At: file.Name, Err: pipelines.Errorf("%d rows read, but %d accepted, %d quarantined and %d ignored",
				file.Read, file.Accepted, file.Quarantined, file.Ignored), Next: "report this as a fault of hulian; nothing of the file is used"}
		}
		record.Rows += file.Accepted
		level := slog.LevelInfo
		if file.Problem != "" || file.Quarantined > 0 {
			level = slog.LevelWarn
		}
		w.Logger.Log(context.Background(), level, "table loaded", "file", file.Name, "sheet", file.Sheet, "export", file.Export, "read", file.Read, "accepted", file.Accepted,
			"quarantined", file.Quarantined, "ignored", file.Ignored, "warnings", file.Warnings, "problem", string(file.Problem), "detail", file.Detail.String())
	}
	record.Detail = fmt.Sprintf("%d tables of %d files", len(result.Files), len(w.landed))
	if w.anew {
		record.Detail += ", everything loaded anew"
	}
	if result.TakenUp > 0 {
		record.Detail += fmt.Sprintf(", %d rows taken up that had waited", result.TakenUp)
	}
	if result.Waiting > 0 {
		record.Detail += fmt.Sprintf(", %d rows wait for a registry", result.Waiting)
	}
	return nil
}

// loadOrAnew loads what is pending. Where that belongs before what is there, everything is loaded into another warehouse,
// which then takes the place of this one: a crash before leaves the one that was there.
func (w *work) loadOrAnew(ctx context.Context, config load.Config) (load.Result, error) {
	result, err := load.Load(ctx, w.warehouse, config)
	if !errors.Is(err, load.ErrRebuild) {
		return result, err
	}
	w.Logger.Info("everything is loaded anew", "because", reason(err))
	path, aside := filepath.Join(w.Dir, warehouseName), filepath.Join(w.Dir, freshName)
	result, inherited, err := w.loadAside(ctx, aside, config)
	if err == nil && len(inherited) > 0 {
		if err = w.inherit(ctx, inherited); err == nil {
			result, _, err = w.loadAside(ctx, aside, config)
		}
	}
	if err != nil {
		return load.Result{}, err
	}
	if err := errors.Join(w.warehouse.Close(), durable.Sync(aside)); err != nil {
		return load.Result{}, err
	}
	if err := errors.Join(os.RemoveAll(path+".wal"), os.Rename(aside, path), durable.Sync(w.Dir)); err != nil {
		return load.Result{}, &pipelines.Fault{Op: "load", At: path, Err: err, Next: "check who may write there, then run again"}
	}
	w.anew = true
	w.warehouse, err = w.open(ctx, path)
	return result, err
}

// loadAside loads everything into a new warehouse. inherited is what only the one before knew of people's decisions.
func (w *work) loadAside(ctx context.Context, aside string, config load.Config) (result load.Result, inherited []load.Decided, err error) {
	if err := errors.Join(os.RemoveAll(aside), os.RemoveAll(aside+".wal")); err != nil {
		return load.Result{}, nil, err
	}
	fresh, err := w.open(ctx, aside)
	if err != nil {
		return load.Result{}, nil, err
	}
	result, err = load.Anew(ctx, w.warehouse, fresh, config)
	if err == nil {
		inherited, err = load.Inherited(ctx, w.warehouse, fresh)
	}
	if err == nil {
		err = fresh.Exec(ctx, "checkpoint")
	}
	if err = errors.Join(err, fresh.Close()); err != nil {
		return load.Result{}, nil, errors.Join(err, os.Remove(aside))
	}
	return result, inherited, nil
}

// inherit lands what people decided with a version of the program that kept it in the warehouse alone. After a crash it is
// entered once more, which changes nothing.
func (w *work) inherit(ctx context.Context, all []load.Decided) error {
	for _, d := range all {
		if d.At.IsZero() {
			d.At = w.Now()
		}
		if err := w.enter(ctx, entry.Entry{Export: d.Export, By: d.By, At: d.At, Rows: d.Rows}); err != nil {
			return err
		}
		w.Logger.Info("a decision of an earlier version was entered", "export", d.Export, "by", d.By, "rows", len(d.Rows))
	}
	return nil
}

// openWarehouse opens the town's warehouse, once nobody else has it open.
func (w *work) openWarehouse(ctx context.Context) (closeWarehouse func() error, err error) {
	release, err := w.holdWarehouse(ctx)
	if err != nil {
		return nil, err
	}
	if w.warehouse, err = w.open(ctx, filepath.Join(w.Dir, warehouseName)); err != nil {
		return nil, errors.Join(err, release())
	}
	return func() error { return errors.Join(w.warehouse.Close(), release()) }, nil
}

// holdWarehouse waits until nobody has the warehouse open, and keeps it so. A run that waits here says so, even where it would
// rather fail than wait for another run: a check of files ends by itself.
func (w *work) holdWarehouse(ctx context.Context) (release func() error, err error) {
	waiting := w.Waiting
	if waiting == nil {
		waiting = func(string) { w.Logger.Info("waiting for a check of files to end") }
	}
	return hold(ctx, w.Dir, warehouseLockName, waiting)
}

func (w *work) open(ctx context.Context, path string) (*warehouse.Warehouse, error) {
	return warehouse.Open(ctx, warehouse.Config{Path: path, Threads: w.Threads, MemoryLimit: w.MemoryLimit})
}

// releaseHeld enters that the held files of this run are accepted.
func (w *work) releaseHeld(ctx context.Context, result load.Result) (bool, error) {
	var rows []entry.Row
	for _, file := range result.Files {
		row := entry.Row{"file_id": file.FileID, "reason": w.Reason}
		if file.Problem.Holds() && slices.Contains(w.seen, file.FileID) && !slices.ContainsFunc(rows, func(r entry.Row) bool { return r["file_id"] == file.FileID }) {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return false, nil
	}
	return true, w.enter(ctx, entry.Entry{Export: load.AcceptedFiles, By: cmp.Or(w.By, userName()), At: w.Now(), Rows: rows})
}
