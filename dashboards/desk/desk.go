package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"hulian/pipelines"
)

// Limits of one batch.
const (
	MaxFiles = 50
	MaxBytes = 1 << 30
)

// remembered is how many batches the desk knows the result of.
const remembered = 100

// unfinished begins the name of a folder that is still being filled.
const unfinished = ".receiving-"

// ErrTooLarge says that a batch holds more than the desk takes.
var ErrTooLarge = errors.New("more than one batch may hold")

// State is how far a batch has come.
type State string

// The states of a batch.
const (
	Waiting State = "waiting"
	Working State = "working"
	Done    State = "done"
)

// File is one file of a batch.
type File struct {
	Name string
	ID   string // SHA-256 of the content, lower-case hex
	Size int64
}

// Batch is what was handed in at once.
type Batch struct {
	ID         string
	State      State
	ReceivedAt time.Time
	Files      []File
	Ahead      int           // batches in line before it
	Run        pipelines.Run // when it is done
	Err        string        // why the run failed, in one sentence
	paths      []string
	dir        string // empty for files that lie elsewhere
	by, reason string // of a held file a person has confirmed
}

// Config is what a desk needs.
type Config struct {
	Dir    string // its folder
	Import func(ctx context.Context, paths []string) (pipelines.Run, error)
	// Mark writes the marked copy of a landed file and gives its name, before the first byte.
	Mark func(ctx context.Context, w io.Writer, file, lang string) (name string, err error)
	// Propose says how the columns of a landed file could fit the contracts; nil: nobody is asked.
	Propose func(ctx context.Context, file string, ask pipelines.MappingAsk) ([]pipelines.Proposal, error)
	// Keep keeps a mapping a person confirmed for a table of a landed file, and says where the file lies. The error is a
	// pipelines.MappingRefusal where the person can mend it.
	Keep func(ctx context.Context, file, table string, draft pipelines.MappingDraft) (path string, f File, err error)
	// Held says where a landed file lies that waits for confirmation: an error that wraps pipelines.ErrUnknown where it does
	// not wait. nil: nobody may confirm one.
	Held func(ctx context.Context, file string) (path string, f File, err error)
	// Release imports a held file with the name and the reason of whoever confirmed it.
	Release func(ctx context.Context, path, by, reason string) (pipelines.Run, error)
	Bytes   int64 // of a batch; 0: MaxBytes
	Logger  *slog.Logger
}

// Desk takes batches and works them off. It is safe for use by several goroutines.
type Desk struct {
	Config
	mu      sync.Mutex
	batches []*Batch // oldest first
	changes int
	wake    chan struct{}
}

// Open opens the desk: what was complete when the process before ended is in line again.
func Open(c Config) (*Desk, error) {
	if c.Bytes == 0 {
		c.Bytes = MaxBytes
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Desk{Config: c, wake: make(chan struct{}, 1)}
	fault := func(err error) error {
		return &pipelines.Fault{Op: "open the folder of uploads", At: c.Dir, Err: err, Next: "check who may read and write there"}
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fault(err)
	}
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, fault(err)
	}
	for _, entry := range entries {
		at := filepath.Join(c.Dir, entry.Name())
		if strings.HasPrefix(entry.Name(), unfinished) {
			if err := os.RemoveAll(at); err != nil {
				return nil, fault(err)
			}
			continue
		}
		if !entry.IsDir() {
			continue
		}
		b := &Batch{ID: entry.Name(), State: Waiting, dir: at}
		if err := b.find(); err != nil {
			return nil, fault(err)
		}
		d.batches = append(d.batches, b)
	}
	slices.SortStableFunc(d.batches, func(a, b *Batch) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	d.call()
	return d, nil
}

// find reads the files of a batch that an earlier process received.
func (b *Batch) find() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		at := filepath.Join(b.dir, entry.Name())
		info, err := entry.Info()
		if err != nil {
			return err
		}
		file, err := os.Open(at)
		if err != nil {
			return err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		b.ReceivedAt = info.ModTime()
		b.paths, b.Files = append(b.paths, at), append(b.Files, File{entry.Name(), hex.EncodeToString(sum.Sum(nil)), info.Size()})
	}
	return nil
}

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
	if err := os.Mkdir(b.dir, 0o755); err != nil {
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
	file, err := os.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
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

// Submit puts the batch in line and gives its id.
func (r *Receiving) Submit() (string, error) {
	if len(r.batch.Files) == 0 {
		return "", errors.Join(errors.New("no file was given"), r.Discard())
	}
	dir := filepath.Join(r.desk.Dir, r.batch.ID)
	if err := os.Rename(r.batch.dir, dir); err != nil {
		return "", errors.Join(err, r.Discard())
	}
	r.batch.dir = dir
	for _, f := range r.batch.Files {
		r.batch.paths = append(r.batch.paths, filepath.Join(dir, f.Name))
	}
	r.desk.line(r.batch)
	return r.batch.ID, nil
}

// Discard forgets the batch.
func (r *Receiving) Discard() error { return os.RemoveAll(r.batch.dir) }

// Confirm keeps a mapping and puts the file it was confirmed for in line again. It gives the id of the batch.
func (d *Desk) Confirm(ctx context.Context, file, table string, draft pipelines.MappingDraft) (string, error) {
	path, f, err := d.Keep(ctx, file, table, draft)
	if err != nil {
		return "", err
	}
	return d.Again(path, f), nil
}

// Again puts a file in line that lies elsewhere and stays there, such as one that has landed.
func (d *Desk) Again(path string, f File) string {
	b := &Batch{ID: strings.ToLower(rand.Text()), State: Waiting, Files: []File{f}, paths: []string{path}}
	d.line(b)
	return b.ID
}

// Accept puts a held file in line that a person has confirmed, and gives the id of the batch: that of the one in line where
// the file is confirmed a second time before it is read.
func (d *Desk) Accept(ctx context.Context, file, by, reason string) (string, error) {
	path, f, err := d.Held(ctx, file)
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.by != "" && b.State != Done && b.Files[0].ID == f.ID {
			return b.ID, nil
		}
	}
	b := &Batch{ID: strings.ToLower(rand.Text()), State: Waiting, Files: []File{f}, paths: []string{path}, by: by, reason: reason}
	d.add(b)
	return b.ID, nil
}

func (d *Desk) line(b *Batch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(b)
}

// add puts a batch in line. The caller holds the lock.
func (d *Desk) add(b *Batch) {
	b.ReceivedAt = time.Now()
	d.batches = append(d.batches, b)
	d.changes++
	for len(d.batches) > remembered && d.batches[0].State == Done {
		d.batches = d.batches[1:]
	}
	d.call()
}

func (d *Desk) call() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Batches lists the batches of this process, newest first.
func (d *Desk) Batches() []Batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Batch
	ahead := 0
	for _, b := range d.batches {
		shown := *b
		if b.State == Waiting {
			shown.Ahead = ahead
		}
		if b.State != Done {
			ahead++
		}
		all = append(all, shown)
	}
	slices.Reverse(all)
	return all
}

// Batch gives one batch.
func (d *Desk) Batch(id string) (Batch, bool) {
	for _, b := range d.Batches() {
		if b.ID == id {
			return b, true
		}
	}
	return Batch{}, false
}

// Stamp changes whenever a batch does.
func (d *Desk) Stamp() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// Run works batches off, one after the other, until ctx ends. A batch at work then is in line again after the next start.
func (d *Desk) Run(ctx context.Context) {
	for {
		if b := d.next(); b != nil {
			d.work(ctx, b)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		select {
		case <-d.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (d *Desk) next() *Batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.State == Waiting {
			b.State = Working
			d.changes++
			return b
		}
	}
	return nil
}

func (d *Desk) work(ctx context.Context, b *Batch) {
	d.mu.Lock()
	paths, by, reason := b.paths, b.by, b.reason
	d.mu.Unlock()
	var run pipelines.Run
	var err error
	if by != "" {
		run, err = d.Release(ctx, paths[0], by, reason)
	} else {
		run, err = d.Import(ctx, paths)
	}
	if ctx.Err() != nil {
		return // the folder stays for the next start
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b.State, b.Run = Done, run
	d.changes++
	if err != nil {
		b.Err = strings.Join(strings.Fields(err.Error()), " ")
		d.Logger.Warn("upload", "batch", b.ID, "run", run.ID, "error", b.Err)
	}
	if b.dir == "" {
		return
	}
	if err := os.RemoveAll(b.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Logger.Error("an upload's folder stays", "folder", b.dir, "error", err)
	}
}

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
