package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/land"
	"hulian/pipelines/publish"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
)

// refilling is the name a warehouse has until it holds all that a snapshot holds. It begins like what a killed load leaves, and
// is removed with it.
const refilling = ".loading-warehouse.duckdb"

// repairing is one repair of a town.
type repairing struct {
	Config
	log   *slog.Logger
	stamp string // begins the names of what is set aside
}

// Repair puts right what Town finds damaged, and says whether the stages after landing have to follow, to load, build or publish
// anew what is missing. What it cannot put right stays as it is, and is found again. The caller holds the town's lock.
func Repair(ctx context.Context, c Config, log *slog.Logger) (follow bool, err error) {
	report, err := Town(ctx, c)
	if err != nil {
		return false, err
	}
	r := &repairing{Config: c, log: log, stamp: c.now().UTC().Format("20060102T150405Z")}
	found := map[pipelines.FindingCode][]string{}
	for _, f := range report.Findings {
		found[f.Code] = append(found[f.Code], filepath.Join(c.Dir, filepath.FromSlash(f.At)))
	}
	for _, at := range found[pipelines.FoundLeftover] {
		if err := os.RemoveAll(at); err != nil {
			return false, r.fault("remove what a killed process left", at, err)
		}
		log.Info("removed what a killed process left", "at", at)
	}
	for _, code := range []pipelines.FindingCode{pipelines.FoundRunRecord, pipelines.FoundNotice, pipelines.FoundPauses, pipelines.FoundSentences, pipelines.FoundVersions} {
		for _, at := range found[code] {
			if err := r.aside(at); err != nil {
				return false, err
			}
		}
	}
	if len(found[pipelines.FoundManifestLine])+len(found[pipelines.FoundManifestLost])+len(found[pipelines.FoundManifestDiffers]) > 0 {
		if err := r.manifest(ctx); err != nil {
			return false, err
		}
	}
	if len(found[pipelines.FoundLandedGone])+len(found[pipelines.FoundLandedChanged]) > 0 {
		if err := r.content(ctx); err != nil {
			return false, err
		}
	}
	for _, code := range []pipelines.FindingCode{pipelines.FoundWarehouse, pipelines.FoundWarehouseGone, pipelines.FoundWarehouseDiffers, pipelines.FoundCounts} {
		if len(found[code]) > 0 {
			return r.warehouse(ctx)
		}
	}
	// What a run mends, follows.
	for _, code := range []pipelines.FindingCode{pipelines.FoundPointer, pipelines.FoundSnapshot, pipelines.FoundSnapshotContent, pipelines.FoundNotLoaded, pipelines.FoundNotPublished, pipelines.FoundOlderGeneration} {
		follow = follow || len(found[code]) > 0
	}
	return follow, nil
}

func (r *repairing) fault(op, at string, err error) error {
	return &pipelines.Fault{Op: op, At: at, Err: err, Next: "check the disk and who may write there, then run: hulian check --repair"}
}

// aside moves a damaged file, or folder, into the folder "damaged" beside it, under a dated name.
func (r *repairing) aside(at string) error {
	to, err := r.place(at)
	if err == nil {
		err = os.Rename(at, to)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(durable.Sync(filepath.Dir(to)), durable.Sync(filepath.Dir(at)))
	}
	if err != nil {
		return r.fault("set aside", at, err)
	}
	r.log.Warn("a damaged file was set aside", "file", at, "as", to)
	return nil
}

// place makes the folder that damaged files are set aside in, and says under which name.
func (r *repairing) place(at string) (string, error) {
	folder := filepath.Join(filepath.Dir(at), damagedName)
	return filepath.Join(folder, r.stamp+"-"+filepath.Base(at)), durable.MkdirAll(folder)
}

// content puts landed content back that is gone or damaged and that still lies in the inbox, or where it came from, or of
// which there is a second copy.
func (r *repairing) content(ctx context.Context) error {
	store, err := land.Open(filepath.Join(r.Dir, landedName))
	if err != nil {
		return err
	}
	healed, err := store.Heal(ctx)
	for _, f := range healed {
		r.log.Info("what people entered was put back from its second copy", "file", f.Name, "no", f.No)
	}
	if err != nil {
		return err
	}
	lost := map[string]land.File{}
	for _, f := range store.Files() {
		if store.Pruned(f.ID) {
			continue
		}
		_, err := store.Verified(ctx, f.ID)
		if errors.Is(err, pipelines.ErrDamaged) {
			lost[f.ID] = f
		} else if err != nil {
			return err
		}
	}
	var origins []string
	for _, f := range lost {
		if info, err := os.Stat(f.Origin); err == nil && info.Mode().IsRegular() {
			origins = append(origins, f.Origin)
		}
	}
	for _, where := range []source.Source{source.Folder(r.Inbox), source.Files(origins...)} {
		if err := r.putBack(ctx, store, where, lost); err != nil {
			return err
		}
	}
	for _, f := range store.Healed() {
		r.log.Info("the content of a landed file was put back", "file", f.Name, "no", f.No)
		delete(lost, f.ID)
	}
	for _, f := range lost {
		r.log.Warn("the content of a landed file is lost until the same file is sent again", "file", f.Name, "no", f.No, "origin", f.Origin)
	}
	return nil
}

// putBack lands the files of a source that have the content of a lost one, and no other: what is new comes with a run.
func (r *repairing) putBack(ctx context.Context, store *land.Store, where source.Source, lost map[string]land.File) error {
	sizes := map[int64]bool{}
	for _, f := range lost {
		sizes[f.Size] = true
	}
	for item, err := range where.Items(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !sizes[item.Size] { // a file that cannot be read is a run's to tell of
			continue
		}
		if _, wanted := lost[hashOf(ctx, item)]; !wanted {
			continue
		}
		if _, _, err := store.Land(ctx, item); err != nil && !errors.Is(err, source.ErrChanged) {
			return err
		}
	}
	return nil
}

// hashOf is the hash of what a source offers; empty where it cannot be read.
func hashOf(ctx context.Context, item source.Item) string {
	content, err := item.Open(ctx)
	if err != nil {
		return ""
	}
	defer content.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// warehouse makes place for a new warehouse. The stages load everything that landed into it; what no landed file tells, the
// numbers people know problems by, is taken from the newest snapshot that is whole. Where content was lost or let go, the warehouse
// is filled with all that such a snapshot holds instead; without one, nothing is changed.
func (r *repairing) warehouse(ctx context.Context) (follow bool, err error) {
	path, aside := filepath.Join(r.Dir, warehouseName), filepath.Join(r.Dir, refilling)
	lost, err := r.lost(ctx)
	if err != nil {
		return false, err
	}
	fill := publish.Recall
	if len(lost) > 0 {
		fill = publish.Refill
	}
	from, err := r.refill(ctx, aside, fill)
	if err != nil {
		return false, err
	}
	if from == 0 && len(lost) > 0 {
		r.log.Error("the warehouse cannot be built again: content that landed is lost; send the files again, then repair again", "files", strings.Join(lost, ", "))
		return false, nil
	}
	for _, at := range []string{path + ".wal", path} { // a log would be played onto the new one
		if err := r.aside(at); err != nil {
			return false, err
		}
	}
	if from > 0 {
		if err := errors.Join(os.Rename(aside, path), durable.Sync(r.Dir)); err != nil {
			return false, r.fault("put the warehouse in place", path, err)
		}
	}
	if len(lost) > 0 {
		r.log.Warn("the warehouse was filled from a snapshot: content that landed is not there any more", "generation", from, "files", strings.Join(lost, ", "))
	} else {
		r.log.Info("the warehouse is built from what landed", "numbers_of_problems_from_generation", from)
	}
	return true, nil
}

// filling fills a warehouse from a generation.
type filling func(ctx context.Context, w *warehouse.Warehouse, g publish.Generation) error

// refill makes a warehouse of the newest snapshot that is whole and that fills one; 0: there is none.
func (r *repairing) refill(ctx context.Context, to string, fill filling) (generation int, err error) {
	numbers := publish.Numbers(r.Dir)
	for i := len(numbers) - 1; i >= 0; i-- {
		g, err := publish.Read(r.Dir, numbers[i])
		if err == nil {
			err = errors.Join(publish.Verify(ctx, r.Dir, g), publish.VerifyContent(ctx, g))
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			continue // told by Town
		}
		err = r.fill(ctx, to, g, fill)
		if err == nil {
			return g.Number, nil
		}
		if !errors.Is(err, publish.ErrOtherTables) {
			return 0, err
		}
		r.log.Warn("a snapshot cannot fill the warehouse", "generation", g.Number, "error", err)
	}
	return 0, nil
}

func (r *repairing) fill(ctx context.Context, to string, g publish.Generation, fill filling) (err error) {
	for _, at := range []string{to, to + ".wal"} {
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r.fault("make a warehouse", at, err)
		}
	}
	w, err := warehouse.Open(ctx, warehouse.Config{Path: to, MemoryLimit: r.MemoryLimit, Threads: r.Threads})
	if err != nil {
		return err
	}
	err = fill(ctx, w, g)
	if err == nil {
		err = w.Exec(ctx, "checkpoint")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return durable.Sync(to)
}

// lost names the landed files whose content is not there, or not what landed, or was let go.
func (r *repairing) lost(ctx context.Context) ([]string, error) {
	store, err := land.Open(filepath.Join(r.Dir, landedName))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range store.Files() {
		_, err := store.Verified(ctx, f.ID)
		switch {
		case err == nil:
		case errors.Is(err, pipelines.ErrDamaged):
			names = append(names, fmt.Sprintf("%s (%d)", f.Name, f.No))
		default:
			return nil, err
		}
	}
	return names, nil
}

// SetAside moves every damaged generation aside, once a whole one is the current one. The caller holds the town's lock.
func SetAside(ctx context.Context, c Config, log *slog.Logger) error {
	r := &repairing{Config: c, log: log, stamp: c.now().UTC().Format("20060102T150405Z")}
	current, err := publish.Named(c.Dir)
	if err == nil {
		err = publish.Verify(ctx, c.Dir, current)
	}
	if err != nil {
		return nil // they may be the best there is
	}
	k := &checking{Config: c}
	k.Progress = pipelines.Silent{}
	for _, number := range publish.Numbers(c.Dir) {
		g, err := k.generation(ctx, number)
		if err != nil {
			return err
		}
		if g.Number > 0 {
			continue
		}
		for _, at := range publish.Files(c.Dir, number) {
			if err := r.aside(at); err != nil {
				return err
			}
		}
	}
	return nil
}
