package desk

import (
	"errors"
	"os"
	"path/filepath"

	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// confirmed is the file of a batch that holds no upload but says that a person lets a held file through. No upload has such a
// name: see Clean.
const confirmed = ".confirmed.json"

// confirmation is what stands in it.
type confirmation struct {
	File   File   `json:"file"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// keep writes the confirmation of a held file into a folder of its own, whole or not at all.
func (d *Desk) keep(b *Batch) error {
	content, err := sealed.Document(confirmation{b.Files[0], b.by, b.reason})
	if err != nil {
		return err
	}
	aside, dir := filepath.Join(d.Dir, unfinished+b.ID), filepath.Join(d.Dir, b.ID)
	if err := os.Mkdir(aside, durable.DirMode); err != nil {
		return err
	}
	err = durable.Write(filepath.Join(aside, confirmed), content, durable.FileMode)
	if err == nil {
		err = os.Rename(aside, dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(aside))
	}
	b.dir = dir
	return durable.Sync(d.Dir)
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
	var c confirmation
	if isSealed, err := sealed.Read(content, &c); err != nil || !isSealed {
		return nil
	}
	b.ReceivedAt, b.Files, b.by, b.reason = info.ModTime(), []File{c.File}, c.By, c.Reason
	return nil
}

// broken reports whether nothing can be made of what lies in a batch's folder: a damaged confirmation. It stays there, and the
// file is still held, for a person to confirm again.
func (d *Desk) broken(b *Batch) bool {
	if len(b.Files) > 0 {
		return false
	}
	d.Logger.Warn("a confirmation of a held file is damaged: confirm the file again", "folder", b.dir)
	return true
}
