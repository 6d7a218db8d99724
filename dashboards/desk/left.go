package desk

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/gofrs/flock"

	"hulian/pipelines"
)

// Left is what was handed in at a desk that is at work no more: its process was killed, or ended before it could run all of it.
type Left struct {
	lock    *flock.Flock
	batches []*Batch
}

// TakeOver gives what is left in the folder of a desk, and keeps desks away from it until Close. It gives nil where nothing is
// left, or where a desk is at work, which takes up its batches itself.
func TakeOver(dir string) (*Left, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	lock := lockOf(dir)
	alone, err := lock.TryLock()
	if err != nil || !alone {
		return nil, err
	}
	batches, err := boxes(dir)
	// What people confirmed on a page of a server is done by the next one, and what waits for a second person stays.
	batches = slices.DeleteFunc(batches, func(b *Batch) bool { return len(b.paths) == 0 || b.State == Proposed || b.Refused })
	if err != nil || len(batches) == 0 {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &Left{lock, batches}, nil
}

// Paths lists the files, oldest batch first.
func (l *Left) Paths() (paths []string) {
	for _, b := range l.batches {
		paths = append(paths, b.paths...)
	}
	return paths
}

// HandedIn says who handed the batches in.
func (l *Left) HandedIn() (all []pipelines.HandedIn) {
	for _, b := range l.batches {
		if by := b.HandedIn(); by.By != "" {
			all = append(all, by)
		}
	}
	return all
}

// Clear removes every batch all of whose files have landed, by their SHA-256, and says how many are left.
func (l *Left) Clear(landed func(id string) bool) (left int, err error) {
	for _, b := range l.batches {
		whole := true
		for _, f := range b.Files {
			whole = whole && landed(f.ID)
		}
		if !whole {
			left++
			continue
		}
		err = errors.Join(err, os.RemoveAll(b.dir))
	}
	return left, err
}

// Close lets desks have the folder again.
func (l *Left) Close() error { return l.lock.Unlock() }
