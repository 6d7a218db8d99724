package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/publish"
	"hulian/pipelines/source"
	"hulian/pipelines/warehouse"
)

// patience is how many files in a row may wait for an origin that does not answer before it is left alone: each waits
// for all of its attempts.
const patience = 2

// land copies what is new. Neither a file nor a whole source that cannot be read holds up the others.
func (w *work) land(ctx context.Context, record *pipelines.StageRecord) (err error) {
	if w.store, err = land.Open(filepath.Join(w.Dir, landedName)); err != nil {
		return err
	}
	if err := w.accounted(); err != nil {
		return err
	}
	if err := w.authored(ctx); err != nil {
		return err
	}
	w.Progress.Stage(pipelines.StageLand, 0)
	later, err := w.fetchAll(ctx)
	if err != nil {
		return err
	}
	for _, file := range w.store.Healed() {
		w.Logger.Warn("the content of a landed file was damaged or gone and is whole again: the same file came once more", "file", file.Name, "no", file.No)
	}
	record.Rows = int64(len(w.landed))
	record.Detail = fmt.Sprintf("%d offered, %d new", len(w.seen), len(w.landed))
	if later > 0 {
		record.Detail += fmt.Sprintf(", %d still being written: left for the next run", later)
	}
	return nil
}

// fetchAll lands what the sources offer. What landed lasts, and is remembered, also where one of them fails.
func (w *work) fetchAll(ctx context.Context) (later int, err error) {
	release := w.store.Together()
	defer func() {
		if err = errors.Join(err, w.number(ctx), full(w.Dir, release())); err == nil {
			w.remember()
		}
	}()
	w.versions = map[string]string{}
	if len(w.store.Files()) == 0 { // a new town: whatever its folders offer later is offered anew
		for _, s := range w.Sources {
			if source.IsFolder(s) {
				w.versions[w.offerKey(s)] = wasRead
			}
		}
	}
	for _, s := range w.sources {
		left, err := w.fetch(ctx, s)
		if err != nil {
			return later, err
		}
		later += left
	}
	return later, nil
}

// remember tells the memory which versions have landed, so that they are not fetched again.
func (w *work) remember() {
	if w.Memory == nil || len(w.versions) == 0 {
		return
	}
	if err := w.Memory.RememberAll(w.versions); err != nil {
		w.Logger.Warn("files will be fetched again", "error", err)
	}
}

// accounted refuses a manifest that lacks files the published snapshot was made of: the next file to land would be given the
// number of another.
func (w *work) accounted() error {
	current, err := publish.Current(w.Dir)
	if err != nil {
		return nil // nothing to compare with
	}
	there := map[string]bool{}
	for _, file := range w.store.Files() {
		there[file.ID] = true
	}
	for _, input := range current.Manifest.Inputs {
		if !there[input.FileID] {
			return &pipelines.Fault{Op: "open landed files", At: land.Manifest(filepath.Join(w.Dir, landedName)),
				Err: pipelines.Errorf("%w: it does not name %s, which is published", pipelines.ErrDamaged, input.Name), Next: warehouse.Mend}
		}
	}
	return nil
}

// fetch lands what one source offers. later counts the files that are still being written; the error is one that
// every other file would meet too.
func (w *work) fetch(ctx context.Context, s source.Source) (later int, err error) {
	offered, fresh, silent, whole := len(w.seen), len(w.landed), 0, true
	offers := w.offersOf(s)
	for item, err := range s.Items(ctx) {
		item.Name = source.Readable(item.Name)
		if err == nil {
			err = w.take(ctx, item, offers)
		}
		if ctx.Err() != nil {
			return later, ctx.Err()
		}
		if err = full(w.Dir, err); errors.Is(err, pipelines.ErrDiskFull) {
			return later, err // no fault of the file
		}
		if !errors.Is(err, source.ErrUnreachable) {
			silent = 0
		}
		switch {
		case err == nil:
		case errors.Is(err, source.ErrChanged):
			later++
			w.Logger.Info("file left for the next run: it is still being written", "file", item.Name)
			w.run.Files = append(w.run.Files, pipelines.Reconciliation{Name: item.Name, Problem: pipelines.FileGrowing})
		case item.Name == "": // the source itself cannot be read
			whole = false
			w.Logger.Error("source cannot be read", "source", s.Name(), "error", err)
			w.unread = errors.Join(w.unread, &unread{s.Name(), err})
		case errors.Is(err, source.ErrNotFetched):
			w.Logger.Error("file cannot be fetched", "source", s.Name(), "file", item.Name, "error", err)
			w.unread = errors.Join(w.unread, &unread{s.Name(), err})
			w.refuse(item, pipelines.FileNotFetched, err)
		case errors.Is(err, source.ErrNoFile): // nothing anybody sent
			w.Logger.Warn("passed over: it is no file but a pipe, a socket or a device", "name", item.Name, "source", s.Name())
		case errors.Is(err, source.ErrLink):
			w.Logger.Warn("link not followed", "file", item.Name, "error", err)
			w.refuse(item, pipelines.FileLink, err)
		default:
			w.Logger.Warn("file cannot be read", "file", item.Name, "error", err)
			w.refuse(item, pipelines.FileUnreadable, err)
		}
		if errors.Is(err, source.ErrUnreachable) {
			if silent++; silent >= patience {
				w.Logger.Error("source does not answer: what it has besides is left for the next run", "source", s.Name())
				break
			}
		}
	}
	offers.note(w.versions, whole)
	w.Logger.Info("source read", "source", s.Name(), "offered", len(w.seen)-offered, "new", len(w.landed)-fresh)
	return later, nil
}

// take lands one file. One whose content has arrived before, and that a person names or a source offers anew, waits with all behind it until
// number has found out what of them is to arrive anew: a number decides what holds.
func (w *work) take(ctx context.Context, item source.Item, offers *offers) error {
	w.Progress.Step(item.Name)
	file, fresh, err := w.store.Bring(ctx, item)
	if err != nil {
		return err
	}
	twice := !fresh && slices.Contains(w.seen, file.ID) // in this run
	if i := slices.IndexFunc(w.batch, func(a arrival) bool { return a.ID == file.ID }); fresh && i >= 0 {
		file, fresh, twice = w.batch[i].File, false, true
	}
	w.seen = append(w.seen, file.ID)
	if !fresh && w.named {
		known := pipelines.KnownFile{Name: item.Name, FileID: file.ID, As: file.Name}
		if known.Name == file.ID { // the landed copy itself, which a page has looked at again: nobody knows it by that name
			known.Name = file.Name
		}
		w.known = append(w.known, known)
	}
	anew := offers.again(item.Name, file.ID) || w.named
	switch again := anew && !fresh && !twice; {
	case fresh && len(w.batch) == 0:
		if err := w.arrived(w.store.Number(file)); err != nil {
			return err
		}
	case fresh, again:
		w.batch = append(w.batch, arrival{File: file, item: item, fresh: fresh})
	}
	if item.Version != "" {
		w.versions[item.Origin] = item.Version
	}
	return nil
}

// refuse records a file that did not land.
func (w *work) refuse(item source.Item, problem pipelines.Code, err error) {
	w.run.Files = append(w.run.Files, pipelines.Reconciliation{Name: item.Name, Problem: problem, Detail: pipelines.Details{pipelines.NewDetail(pipelines.DetailWords, reason(err))}})
}
