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

// arrival is one file of a batch: of what came together, in its order.
type arrival struct {
	land.File
	item  source.Item
	fresh bool // its content has not arrived before
}

// number gives the files that wait for it their numbers, in their order. A known one arrives anew where what it says has been
// replaced by anything but a file behind it in its own batch, or where a file before it arrives: the batch's own order holds,
// as often as it is sent.
func (w *work) number(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	standing, err := w.standing(ctx)
	anew := len(w.landed) > 0
	for i, a := range w.batch {
		if a.fresh {
			anew = true
			err = errors.Join(err, w.arrived(w.store.Number(a.File)))
			continue
		}
		if i >= len(standing) || !standing[i].Loaded || !anew && !standing[i].Replaced {
			continue
		}
		anew = true
		name := a.item.Name
		if name == a.ID { // the landed copy itself
			name = a.Name
		}
		failed := error(nil)
		if w.store.Pruned(a.ID) {
			failed = w.store.BringBack(ctx, a.item, a.ID)
		}
		if failed == nil {
			failed = w.arrived(w.store.Repeat(a.ID, name, w.Now()))
		}
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		w.Logger.Info("file had arrived before, and counts as a new arrival: newer files have replaced what it said", "file", name)
	}
	w.batch = nil
	return err
}

// arrived takes note of a file that has landed.
func (w *work) arrived(file land.File, err error) error {
	if err != nil {
		return err
	}
	w.landed = append(w.landed, file)
	w.Logger.Info("file landed", "file", file.Name, "bytes", file.Size)
	return nil
}

// standing says what stands of every file that waits for a number.
func (w *work) standing(ctx context.Context) (all []load.Standing, err error) {
	if _, err := os.Stat(filepath.Join(w.Dir, warehouseName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // everything is loaded anew, from what landed
	}
	closeWarehouse, err := w.openWarehouse(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeWarehouse()) }()
	for i, a := range w.batch {
		var s load.Standing
		if !a.fresh {
			var behind []string
			for _, b := range w.batch[i+1:] {
				behind = append(behind, b.ID)
			}
			if s, err = load.StandingOf(ctx, w.warehouse, a.ID, behind); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}
