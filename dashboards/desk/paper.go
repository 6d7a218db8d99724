package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// paperFile is the file of a batch that holds a paper. No upload lies beside it.
const paperFile = "paper"

// Paper is a report for everybody, which leaves as it is once a second person has accepted it, and never before.
type Paper struct {
	Kind     string `json:"kind"`
	Unit     string `json:"unit"` // its ID
	Month    string `json:"month"`
	For      string `json:"for"`
	Withheld int    `json:"withheld"` // numbers that do not stand in it
}

// paper is the paper of a batch; nil: it holds none.
func (b *Batch) paper() *Paper {
	if b.Confirmation == nil {
		return nil
	}
	return b.Confirmation.Paper
}

// ProposePaper keeps a paper in a desk's folder until a second person decides about it, in every town. A desk at work on the folder
// sees it when it is asked for its batches. Until the folder is whole there is no paper.
func ProposePaper(dir, name string, content []byte, p Paper, by Author) (Batch, error) {
	sum := sha256.Sum256(content)
	file := File{Name: name, ID: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	b := Batch{ID: strings.ToLower(rand.Text()), State: Proposed, Files: []File{file}, standing: standing{Author: by, Second: true},
		Confirmation: &Confirmation{File: file, By: by.Name, Paper: &p}}
	return b, keepIn(dir, &b, func(aside string) error {
		return durable.Write(filepath.Join(aside, paperFile), content, durable.FileMode)
	})
}

// ProposePaper does what the function of this name does.
func (d *Desk) ProposePaper(name string, content []byte, p Paper, by Author) (Batch, error) {
	b, err := ProposePaper(d.Dir, name, content, p, by)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.seek()
	}
	return b, err
}

// PaperOf gives a paper that a second person has accepted, from a desk's folder: its file and what is in it. The error wraps
// pipelines.ErrUnknown where there is none of that name, and pipelines.ErrDamaged where it is not what was accepted.
func PaperOf(dir, id string) (Batch, []byte, error) {
	unknown := &pipelines.Fault{Op: "open a paper", At: id, Err: pipelines.ErrUnknown, Next: "a second person accepts it on the page Upload, or with hulian uploads accept"}
	if id == "" || id != filepath.Base(id) || strings.HasPrefix(id, ".") {
		return Batch{}, nil, unknown
	}
	b := Batch{ID: id, dir: filepath.Join(dir, id)}
	switch err := b.find(); {
	case errors.Is(err, fs.ErrNotExist):
		return b, nil, unknown
	case err != nil:
		return b, nil, err
	case b.paper() == nil || b.State != Done:
		return b, nil, unknown
	}
	content, err := b.readPaper()
	return b, content, err
}

// readPaper is the content of a batch's paper, which is that which was proposed.
func (b *Batch) readPaper() ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(b.dir, paperFile))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != b.Files[0].ID {
		return nil, &pipelines.Fault{Op: "open a paper", At: b.ID, Err: fmt.Errorf("%w: the file was changed after it was made", pipelines.ErrDamaged), Next: "make the paper again"}
	}
	return content, nil
}

// seek takes up the papers that another process has proposed. The caller holds the lock.
func (d *Desk) seek() {
	entries, err := os.ReadDir(d.Dir)
	if err != nil {
		d.Logger.Error("the folder of uploads cannot be read", "error", err)
		return
	}
	known := map[string]bool{}
	for _, b := range d.batches {
		known[b.ID] = true
	}
	for _, entry := range entries {
		dir := filepath.Join(d.Dir, entry.Name())
		if _, err := os.Stat(filepath.Join(dir, confirmed)); known[entry.Name()] || strings.HasPrefix(entry.Name(), unfinished) || err != nil {
			continue
		}
		b := &Batch{ID: entry.Name(), dir: dir}
		if err := b.find(); err == nil && b.paper() != nil && b.State == Proposed {
			at := b.ReceivedAt
			d.add(b)
			b.ReceivedAt = at
		}
	}
}

// Accepted gives the name and the file of a paper that a second person has accepted, by its ID; the error is that of PaperOf.
func Accepted(dir string) func(id string) (name string, file []byte, err error) {
	return func(id string) (string, []byte, error) {
		b, content, err := PaperOf(dir, id)
		if err != nil {
			return "", nil, err
		}
		return b.Files[0].Name, content, nil
	}
}
