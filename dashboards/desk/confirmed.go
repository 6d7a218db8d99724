package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// confirmed is the file of a batch that holds no upload but what a person has confirmed of a file that landed before. No upload has
// such a name: see Clean.
const confirmed = ".confirmed.json"

// Confirmation is what a person has confirmed of a file that landed: that a held one is right as it is, or, where there is a Draft,
// what the columns of one of its tables hold.
type Confirmation struct {
	File   File                    `json:"file"`
	By     string                  `json:"by"`
	Reason string                  `json:"reason,omitempty"` // why a held file is right
	Table  string                  `json:"table,omitempty"`  // the one the mapping is for
	Draft  *pipelines.MappingDraft `json:"draft,omitempty"`
	Paper  *Paper                  `json:"paper,omitempty"` // what is confirmed is a report, and no file that landed

	Formats []File `json:"formats,omitempty"` // of a report, beside File
}

// signers are the names a confirmation is carried out in: whoever gave it, and the second person where there is one.
func (b *Batch) signers() string {
	if !b.decided() {
		return b.Confirmation.By
	}
	return b.Confirmation.By + ", " + b.Decider.Name
}

// propose keeps what a person has confirmed and puts it in line; in a town that asks for it, once a second person has accepted it. It
// gives the id of the batch. The caller holds the lock.
func (d *Desk) propose(c Confirmation, by Author, paths ...string) (string, error) {
	b := &Batch{ID: strings.ToLower(rand.Text()), Files: []File{c.File}, paths: paths, Confirmation: &c, standing: standing{Author: by, Second: d.Second}}
	b.State = b.state()
	if err := d.keep(b); err != nil {
		return "", err
	}
	d.add(b)
	return b.ID, nil
}

// open reports whether something will still come of a confirmation.
func (b *Batch) open() bool { return b.Confirmation != nil && b.State != Done && b.State != Refused }

// carryOut does what a person has confirmed.
func (d *Desk) carryOut(ctx context.Context, c Confirmation, signers string) (run pipelines.Run, err error) {
	if c.Draft != nil {
		draft := *c.Draft
		draft.By = signers
		path, _, err := d.Keep(ctx, c.File.ID, c.Table, draft)
		if err != nil {
			return run, err
		}
		return d.Import(ctx, pipelines.HandedIn{}, []string{path})
	}
	path, _, err := d.Held(ctx, c.File.ID)
	switch {
	case errors.Is(err, pipelines.ErrUnknown): // it was let through meanwhile
		return pipelines.Run{Known: []pipelines.KnownFile{{FileID: c.File.ID, Name: c.File.Name, As: c.File.Name}}}, nil
	case err != nil:
		return run, err
	}
	return d.Release(ctx, path, signers, c.Reason)
}

// keep writes what was confirmed into a folder of its own, whole or not at all.
func (d *Desk) keep(b *Batch) error { return keepIn(d.Dir, b, nil) }

// keepIn does so in the folder of a desk; beside writes what else belongs to the batch.
func keepIn(in string, b *Batch, beside func(dir string) error) error {
	content, err := sealed.Document(b.Confirmation)
	if err != nil {
		return err
	}
	aside, dir := filepath.Join(in, unfinished+b.ID), filepath.Join(in, b.ID)
	if err := durable.MkdirAll(aside); err != nil {
		return err
	}
	err = durable.Write(filepath.Join(aside, confirmed), content, durable.FileMode)
	if err == nil {
		err = b.write(aside)
	}
	if err == nil && beside != nil {
		err = beside(aside)
	}
	if err == nil {
		err = os.Rename(aside, dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(aside))
	}
	b.dir = dir
	return durable.Sync(in)
}

// recall reads a confirmation that an earlier process kept. A damaged one is no error: it is told by broken.
func (b *Batch) recall(at string) error {
	content, err := os.ReadFile(at)
	if err != nil {
		return err
	}
	info, err := os.Stat(at)
	if err != nil {
		return err
	}
	var c Confirmation
	if isSealed, err := sealed.Read(content, &c); err != nil || !isSealed {
		return nil
	}
	b.ReceivedAt, b.Files, b.Confirmation = info.ModTime(), slices.Concat([]File{c.File}, c.Formats), &c
	b.State = b.state()
	return nil
}

// broken reports whether nothing can be made of what lies in a batch's folder: a damaged confirmation, or files of which can no
// longer be read who handed them in. It stays there: a file that is held still is, and others can be handed in again.
func (d *Desk) broken(b *Batch) bool {
	if len(b.Files) > 0 {
		return false
	}
	d.Logger.Warn("an upload or the confirmation of a held file is damaged: hand the file in, or confirm it, again", "folder", b.dir)
	return true
}
