package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hulian/pipelines/durable"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// Receiving is a batch that is still arriving.
type Receiving struct {
	desk  *Desk
	batch *Batch
	left  int64
}

// Receive begins a batch. Submit or Discard ends it.
func (d *Desk) Receive() (*Receiving, error) {
	id := strings.ToLower(rand.Text())
	b := &Batch{ID: id, State: Waiting, dir: filepath.Join(d.Dir, unfinished+id)}
	if err := os.Mkdir(b.dir, durable.DirMode); err != nil {
		return nil, err
	}
	return &Receiving{desk: d, batch: b, left: d.Bytes}, nil
}

// Add writes one file to disk as it arrives.
func (r *Receiving) Add(name string, content io.Reader) (err error) {
	if len(r.batch.Files) >= MaxFiles {
		return fmt.Errorf("%w: %d files", ErrTooLarge, MaxFiles)
	}
	name = r.free(Clean(name))
	at := filepath.Join(r.batch.dir, name)
	file, err := os.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(content, r.left+1))
	if err != nil {
		return err
	}
	if r.left -= n; r.left < 0 {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, r.desk.Bytes)
	}
	r.batch.Files = append(r.batch.Files, File{name, hex.EncodeToString(sum.Sum(nil)), n})
	return file.Sync()
}

// free gives a second file of the same name another one.
func (r *Receiving) free(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(r.batch.Files, func(f File) bool { return strings.EqualFold(f.Name, name) })
	}
	ext := filepath.Ext(name)
	for n, first := 2, name; taken(name); n++ {
		name = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(first, ext), n, ext)
	}
	return name
}

// Count is how many files have arrived.
func (r *Receiving) Count() int { return len(r.batch.Files) }

// Files are those that have arrived.
func (r *Receiving) Files() []File { return slices.Clone(r.batch.Files) }

// Submit puts the batch in line and gives its id. From then on the files last: they are removed only when a run has taken them.
func (r *Receiving) Submit() (string, error) {
	if len(r.batch.Files) == 0 {
		return "", errors.Join(errors.New("no file was given"), r.Discard())
	}
	dir := filepath.Join(r.desk.Dir, r.batch.ID)
	var err error
	if r.batch.standing != (standing{}) {
		err = r.batch.write(r.batch.dir)
	}
	if err == nil {
		err = durable.Sync(r.batch.dir) // the names of its files; their content was synced as it arrived
	}
	if err == nil {
		err = os.Rename(r.batch.dir, dir)
	}
	if err != nil {
		return "", errors.Join(err, r.Discard())
	}
	r.batch.dir = dir
	if err := durable.Sync(r.desk.Dir); err != nil {
		return "", errors.Join(err, r.Discard())
	}
	for _, f := range r.batch.Files {
		r.batch.paths = append(r.batch.paths, filepath.Join(dir, f.Name))
	}
	r.desk.line(r.batch)
	return r.batch.ID, nil
}

// Discard forgets the batch.
func (r *Receiving) Discard() error { return os.RemoveAll(r.batch.dir) }

// longestName is what file systems take, in bytes, with room for a number.
const longestName = 200

// Clean makes a name of a file out of what a browser says: no folders, no control characters, nothing hidden.
func Clean(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar || strings.ContainsRune(`:*?"<>|`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	edge := func(r rune) bool { return r == '.' || unicode.IsSpace(r) }
	name = strings.TrimFunc(name, edge)
	ext := filepath.Ext(name)
	if len(ext) > 12 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	if room := longestName - len(ext); len(stem) > room {
		stem = strings.TrimRightFunc(strings.ToValidUTF8(stem[:room], ""), edge)
	}
	if stem+ext == "" {
		return "upload"
	}
	return stem + ext
}
