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
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// paperFile is the file of a batch that holds a paper; its further formats are numbered. No upload lies beside it.
const paperFile = "paper"

// paperFormat is where the file of a paper lies, counted from 0.
func paperFormat(i int) string {
	if i == 0 {
		return paperFile
	}
	return paperFile + "-" + strconv.Itoa(i)
}

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

// ProposePaper keeps a paper, in the formats it was written in, in a desk's folder until a second person decides about all of it, in every
// town. A desk at work on the folder sees it when it is asked for its batches. Until the folder is whole there is no paper.
func ProposePaper(dir string, formats []pipelines.PaperContent, p Paper, by Author) (Batch, error) {
	if len(formats) == 0 {
		return Batch{}, errors.New("a paper is proposed in no format at all")
	}
	var files []File
	for _, f := range formats {
		sum := sha256.Sum256(f.Content)
		files = append(files, File{Name: f.Name, ID: hex.EncodeToString(sum[:]), Size: int64(len(f.Content))})
	}
	b := Batch{ID: strings.ToLower(rand.Text()), State: Proposed, Files: files, standing: standing{Author: by, Second: true},
		Confirmation: &Confirmation{File: files[0], Formats: files[1:], By: by.Name, Paper: &p}}
	return b, keepIn(dir, &b, func(aside string) error {
		for i, f := range formats {
			if err := durable.Write(filepath.Join(aside, paperFormat(i)), f.Content, durable.FileMode); err != nil {
				return err
			}
		}
		return nil
	})
}

// ProposePaper does what the function of this name does.
func (d *Desk) ProposePaper(formats []pipelines.PaperContent, p Paper, by Author) (Batch, error) {
	b, err := ProposePaper(d.Dir, formats, p, by)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.seek()
	}
	return b, err
}

// PaperOf gives a paper that a second person has accepted, from a desk's folder, in every format. The error wraps pipelines.ErrUnknown where
// there is none of that name, and pipelines.ErrDamaged where one of its files is not what was accepted.
func PaperOf(dir, id string) (Batch, []pipelines.PaperContent, error) {
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
	formats, err := b.readPaper()
	return b, formats, err
}

// readPaper is a batch's paper in every format, which is that which was proposed.
func (b *Batch) readPaper() (formats []pipelines.PaperContent, err error) {
	for i, f := range b.Files {
		content, err := os.ReadFile(filepath.Join(b.dir, paperFormat(i)))
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.ID {
			return nil, &pipelines.Fault{Op: "open a paper", At: b.ID, Err: fmt.Errorf("%w: the file was changed after it was made", pipelines.ErrDamaged), Next: "make the paper again"}
		}
		formats = append(formats, pipelines.PaperContent{Name: f.Name, Content: content})
	}
	return formats, nil
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

// Accepted gives the files of a paper that a second person has accepted, by its ID; the error is that of PaperOf.
func Accepted(dir string) func(id string) ([]pipelines.PaperContent, error) {
	return func(id string) ([]pipelines.PaperContent, error) {
		_, formats, err := PaperOf(dir, id)
		return formats, err
	}
}
