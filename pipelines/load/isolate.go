package load

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"

	"hulian/pipelines"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/warehouse"
)

// failure is an error that one file met while it was read.
type failure struct {
	file int64
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failedAt(file int64, err error) error {
	var known *failure
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &failure{file, err}
}

// isolating loads everything that is pending. A file that ends an attempt, by whatever error, is left out of the next one
// with a problem of its own, so that the others load.
func (c Config) isolating(ctx context.Context, w *warehouse.Warehouse, mappings match.Mappings) (Result, error) {
	failed := map[int64]error{}
	for {
		result, err := c.attempt(ctx, w, mappings, failed)
		if err == nil || noFile(ctx, err) {
			for no, why := range failed {
				result.Failed = append(result.Failed, pipelines.Errorf("file %d: %w", no, why))
			}
			return result, err
		}
		guilty, found := c.guilty(ctx, w, mappings, failed, err)
		if found != nil || len(guilty) == 0 {
			return Result{}, errors.Join(err, found)
		}
		for _, no := range guilty {
			failed[no] = err
		}
	}
}

// noFile reports whether an error is none that a file can be the reason of.
func noFile(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, ErrRebuild) || errors.Is(err, pipelines.ErrDamaged) || errors.Is(err, pipelines.ErrMemory) || errors.Is(err, pipelines.ErrDiskFull) || errors.Is(err, syscall.ENOSPC) {
		return true
	}
	return slices.ContainsFunc(ofMachine, func(s string) bool { return strings.Contains(err.Error(), s) })
}

// ofMachine is how the engine begins to tell of a disk, a memory or a warehouse that fails: its errors are text alone.
var ofMachine = []string{"No space left on device", "Out of Memory Error", "IO Error", "Corruption", "database has been invalidated", "Could not write"}

// guilty finds the files that an attempt failed for: the one the error names, or those that cannot be loaded by themselves.
func (c Config) guilty(ctx context.Context, w *warehouse.Warehouse, mappings match.Mappings, failed map[int64]error, err error) (all []int64, _ error) {
	var at *failure
	if errors.As(err, &at) {
		if failed[at.file] != nil {
			return nil, pipelines.Errorf("file %d fails again", at.file)
		}
		return []int64{at.file}, nil
	}
	var pending []int64
	undo := errors.New("only tried")
	try := func(only func(no int64) bool) error {
		err := w.Transact(ctx, func(tx *warehouse.Tx) error {
			if err := ledger.Prepare(ctx, tx); err != nil {
				return err
			}
			r, err := newRun(w, tx, c, mappings)
			if err != nil {
				return err
			}
			r.config.Progress, r.failed = pipelines.Silent{}, failed
			files, err := r.pending(ctx)
			if err != nil {
				return err
			}
			pending = pending[:0]
			for _, f := range files {
				pending = append(pending, f.No)
			}
			files = slices.DeleteFunc(files, func(f *ledger.File) bool { return !only(f.No) })
			if _, err := r.load(ctx, files, c.Store.Verified); err != nil {
				return err
			}
			return undo
		})
		if errors.Is(err, undo) {
			return nil
		}
		return err
	}
	if err := try(func(int64) bool { return false }); err != nil {
		return nil, err // it fails without any of them
	}
	for _, no := range slices.Clone(pending) {
		if err := try(func(n int64) bool { return n == no }); err != nil && failed[no] == nil {
			if noFile(ctx, err) && !errors.Is(err, ErrRebuild) {
				return nil, err
			}
			if !errors.Is(err, ErrRebuild) {
				all = append(all, no)
			}
		}
	}
	return all, nil
}

// unreadable says of a file that it is not read at all: because a person has set it aside, or it ended an
// attempt. The file then has its state.
func (r *run) unreadable(file *ledger.File) []*ledger.Line {
	_, failed := r.failed[file.No]
	switch {
	case file.Aside:
		file.State = ledger.SetAside
		return nil
	case failed:
		file.State = ledger.Rejected
		return []*ledger.Line{{File: file, Problem: pipelines.FileFailed}}
	}
	return nil
}
