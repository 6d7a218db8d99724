package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
)

// tried are files that have not landed, behind those that have.
type tried struct {
	Landed
	files []land.File
	paths map[string]string
}

func (t *tried) Files() []land.File { return append(slices.Clone(t.Landed.Files()), t.files...) }

func (t *tried) Verified(ctx context.Context, id string) (string, error) {
	if path, ok := t.paths[id]; ok {
		return path, nil
	}
	return t.Landed.Verified(ctx, id)
}

// Try says what Load would make of files if they landed now: nothing is kept. Problems are those of the named files, the
// first hundred of them. Known lists the names of files whose content has been loaded before, and still holds.
func Try(ctx context.Context, w *warehouse.Warehouse, c Config, items []source.Item) (result Result, known []string, err error) {
	mappings, err := match.ReadMappings(c.MappingsDir)
	if err != nil {
		return Result{}, nil, err
	}
	landed := c.Store.Files()
	store := &tried{Landed: c.Store, paths: map[string]string{}}
	ids := map[string]bool{}
	for _, item := range items {
		id, err := hashed(ctx, item)
		if err != nil {
			return Result{}, nil, &pipelines.Fault{Op: "check", At: item.Name, Err: err, Next: "check who may read it"}
		}
		if slices.ContainsFunc(landed, func(f land.File) bool { return f.ID == id }) {
			standing, err := StandingOf(ctx, w, id, nil)
			if err != nil {
				return Result{}, nil, err
			}
			if !standing.Replaced { // else it counts as a new arrival
				known = append(known, item.Name)
			}
		}
		if !ids[id] {
			store.files = append(store.files, land.File{No: int64(len(landed)+len(store.files)) + 1, ID: id, Name: item.Name, Origin: item.Origin, Size: item.Size, ReceivedAt: item.ModTime, LandedAt: c.Now})
			store.paths[id] = item.Path
		}
		ids[id] = true
	}
	c.Store = store
	undo := errors.New("only tried")
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		r, err := newRun(w, tx, c, mappings)
		if err != nil {
			return err
		}
		r.letGo = true // what belongs before others is tried as it comes
		files, err := r.pending(ctx)
		if err != nil {
			return err
		}
		files = slices.DeleteFunc(files, func(f *ledger.File) bool { return f.No <= int64(len(landed)) })
		if result, err = r.load(ctx, files, store.Verified); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		return Result{}, nil, err
	}
	return result, known, nil
}

func hashed(ctx context.Context, item source.Item) (id string, err error) {
	content, err := item.Open(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return "", pipelines.Errorf("read it: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
