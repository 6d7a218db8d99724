package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"hulian/pipelines/land"
	"hulian/pipelines/load"
	"hulian/pipelines/source"
)

// Tried is what a run would make of files.
type Tried struct {
	load.Result
	Known  []string // names of files whose content has been loaded before
	Unread []error  // files that cannot be read
}

// Try says what a run would make of the named files, with everything that has been loaded, and keeps nothing: no file lands,
// and no document of a run is written.
func (r *Runner) Try(ctx context.Context, paths []string) (result Tried, err error) {
	defer func() { err = full(r.config.Dir, err) }()
	var items []source.Item
	for item, err := range source.Files(paths...).Items(ctx) {
		if err != nil && item.Name != "" {
			result.Unread = append(result.Unread, err)
			continue
		}
		if err != nil {
			return result, err
		}
		items = append(items, item)
	}
	at := filepath.Join(r.config.Dir, warehouseName)
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
		at = "" // nothing has been loaded
	} else {
		// Beside a run that still fetches its files, the warehouse is free.
		release, err := hold(ctx, r.config.Dir, warehouseLockName, r.config.Waiting)
		if err != nil {
			return result, err
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	landed, err := land.Look(filepath.Join(r.config.Dir, landedName))
	if err != nil {
		return result, err
	}
	w := work{Config: r.config}
	if w.warehouse, err = w.open(ctx, at); err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.warehouse.Close()) }()
	result.Result, result.Known, err = load.Try(ctx, w.warehouse, load.Config{
		Store: landed, MappingsDir: filepath.Join(r.config.Dir, mappingsName), Programme: r.config.Programme, TimeZone: r.config.TimeZone,
		RunID: "check", Now: r.config.Now(), Progress: r.config.Progress,
	}, items)
	return result, err
}
