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
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
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

// Waits between two attempts to run a batch that is kept: the first, doubled after each, up to the longest.
const (
	firstWait   = 30 * time.Second
	longestWait = time.Hour
)

// lockOf is the file beside a desk's folder that every desk holds together, and whoever takes over what was left there alone.
func lockOf(dir string) *flock.Flock { return flock.New(filepath.Clean(dir) + ".lock") }

// ErrTooLarge says that a batch holds more than the desk takes.
var ErrTooLarge = errors.New("more than one batch may hold")

// State is how far a batch has come.
type State string

// The states of a batch.
const (
	Waiting State = "waiting"
	Working State = "working"
	Done    State = "done"

	Proposed State = "proposed" // it waits for a second person
	Refused  State = "refused"  // by a second person
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
	Run        pipelines.Run // when it is done, or kept: the last one
	Err        string        // why the run failed, in one sentence
	Kept       bool          // it waits to be tried again: the run failed before all of its files were taken
	Attempts   int           // runs that did not take all of its files
	NextAt     time.Time     // when it is tried again at the latest
	paths      []string
	dir        string // empty for files that lie elsewhere

	// Confirmation is what the batch carries out; nil: its files are read in.
	Confirmation *Confirmation
	standing
}

// Resting reports whether the batch is kept and waits to be tried again, which may be an hour away.
func (b Batch) Resting() bool { return b.Kept && b.State == Waiting }

// Unfinished reports whether something will come of the batch in a moment.
func (b Batch) Unfinished() bool {
	return (b.State == Waiting || b.State == Working) && !b.Resting()
}

// Config is what a desk needs.
type Config struct {
	Dir    string // its folder
	Import func(ctx context.Context, by pipelines.HandedIn, paths []string) (pipelines.Run, error)
	Second bool // what is handed in waits until a second person accepts it
	// Mark writes the marked copy of a landed file and gives its name, before the first byte.
	Mark func(ctx context.Context, w io.Writer, file, lang string) (name string, err error)
	// Template writes the empty workbook of an export. nil: none are given out.
	Template func(w io.Writer, export, lang string) error
	// Propose says how the columns of a landed file could fit the contracts; nil: nobody is asked.
	Propose func(ctx context.Context, file string, ask pipelines.MappingAsk) ([]pipelines.Proposal, error)
	// Keep keeps a mapping a person confirmed for a table of a landed file, and says where the file lies. The error is a
	// pipelines.MappingRefusal where the person can mend it.
	Keep func(ctx context.Context, file, table string, draft pipelines.MappingDraft) (path string, f File, err error)
	// Check refuses, with a pipelines.MappingRefusal, what could not be kept for a table with these headers. second are those
	// of the second file a mapping names; nil: not known. nil: nothing is refused before it is kept.
	Check func(draft pipelines.MappingDraft, headers, second []string) error
	// Arrived lists the files that have landed, newest first, one a name. nil: nobody is asked for a second file.
	Arrived func(ctx context.Context) ([]File, error)
	// Held says where a landed file lies that waits for confirmation: an error that wraps pipelines.ErrUnknown where it does
	// not wait. nil: nobody may confirm one.
	Held func(ctx context.Context, file string) (path string, f File, err error)
	// Release imports a held file with the name and the reason of whoever confirmed it.
	Release func(ctx context.Context, path, by, reason string) (pipelines.Run, error)
	Bytes   int64 // of a batch; 0: MaxBytes
	Logger  *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// Desk takes batches and works them off. It is safe for use by several goroutines.
type Desk struct {
	Config
	mu      sync.Mutex
	batches []*Batch // oldest first
	changes int
	wake    chan struct{}
	lock    *flock.Flock
}

// Open opens the desk: what was complete when the process before ended is in line again. Where another process has a desk
// on the same folder, what lies there is left to that one. Close lets go of the folder.
func Open(c Config) (_ *Desk, err error) {
	if c.Bytes == 0 {
		c.Bytes = MaxBytes
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	d := &Desk{Config: c, wake: make(chan struct{}, 1)}
	fault := func(err error) error {
		return &pipelines.Fault{Op: "open the folder of uploads", At: c.Dir, Err: err, Next: "check who may read and write there"}
	}
	if err := durable.MkdirAll(c.Dir); err != nil {
		return nil, fault(err)
	}
	d.lock = lockOf(c.Dir)
	alone, err := d.lock.TryLock()
	if err != nil {
		return nil, fault(err)
	}
	if alone {
		if d.batches, err = boxes(c.Dir); err != nil {
			return nil, errors.Join(fault(err), d.lock.Unlock())
		}
		d.batches = slices.DeleteFunc(d.batches, d.broken)
		for _, b := range d.batches {
			if b.State == Refused { // by a command, while no desk was at work
				err = errors.Join(err, os.RemoveAll(b.dir))
			}
		}
		if err != nil {
			return nil, errors.Join(fault(err), d.lock.Unlock())
		}
	}
	if err := d.lock.RLock(); err != nil { // shared from here on: it says that a desk is at work
		return nil, fault(err)
	}
	d.call()
	return d, nil
}

// Close lets go of the folder. What is in line stays in it.
func (d *Desk) Close() error { return d.lock.Unlock() }

// boxes lists the batches that lie in a folder, oldest first, and removes those that were never complete.
func boxes(dir string) ([]*Batch, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*Batch
	for _, entry := range entries {
		at := filepath.Join(dir, entry.Name())
		if strings.HasPrefix(entry.Name(), unfinished) {
			if err := os.RemoveAll(at); err != nil {
				return nil, err
			}
			continue
		}
		if !entry.IsDir() {
			continue
		}
		b := &Batch{ID: entry.Name(), State: Waiting, dir: at}
		if err := b.find(); err != nil && !errors.Is(err, pipelines.ErrDamaged) { // see broken
			return nil, err
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b *Batch) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return all, nil
}

// find reads the files of a batch that an earlier process received.
func (b *Batch) find() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return err
	}
	if b.standing, err = readStanding(b.dir); err != nil {
		return err
	}
	b.State = b.state()
	for _, entry := range entries {
		at := filepath.Join(b.dir, entry.Name())
		if entry.Name() == handedIn {
			continue
		}
		if entry.Name() == confirmed {
			return b.recall(at)
		}
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

// Confirm keeps a mapping and puts the file it was confirmed for in line again. In a town that asks for a second person both wait for
// one: a mapping decides what the rows of every later file of its kind say. It gives the id of the batch; that of the one that
// waits where the same is confirmed again.
func (d *Desk) Confirm(ctx context.Context, file File, table string, draft pipelines.MappingDraft, by Author) (string, error) {
	draft.By = by.Name
	if d.Second {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, b := range d.batches {
			if b.open() && b.Confirmation.File.ID == file.ID && b.Confirmation.Table == table && b.Confirmation.Draft != nil && reflect.DeepEqual(*b.Confirmation.Draft, draft) {
				return b.ID, nil
			}
		}
		return d.propose(Confirmation{File: file, By: by.Name, Table: table, Draft: &draft}, by)
	}
	path, f, err := d.Keep(ctx, file.ID, table, draft)
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
// the file is confirmed a second time before it is read. From then on the confirmation lasts as an upload does, and waits for a
// second person as one does.
func (d *Desk) Accept(ctx context.Context, file string, by Author, reason string) (string, error) {
	path, f, err := d.Held(ctx, file)
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.open() && b.Confirmation.Draft == nil && b.Files[0].ID == f.ID {
			return b.ID, nil
		}
	}
	return d.propose(Confirmation{File: f, By: by.Name, Reason: reason}, by, path)
}

func (d *Desk) line(b *Batch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(b)
}

// add puts a batch in line. The caller holds the lock.
func (d *Desk) add(b *Batch) {
	b.ReceivedAt = d.Now()
	d.batches = append(d.batches, b)
	d.changes++
	for len(d.batches) > remembered && (d.batches[0].State == Done || d.batches[0].State == Refused) {
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
	d.seek()
	var all []Batch
	ahead := 0
	for _, b := range d.batches {
		shown := *b
		if b.State == Waiting && !b.Kept {
			shown.Ahead = ahead
		}
		if (b.State == Waiting || b.State == Working) && !b.Kept {
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

// Run works batches off, one after the other, until ctx ends. A batch at work then is in line again after the next start. One
// whose run failed before all of its files were taken is tried again, after the others.
func (d *Desk) Run(ctx context.Context) {
	for {
		d.settle()
		b, wait := d.next()
		if b != nil {
			d.work(ctx, b)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-d.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// TakeUp tries every batch that is kept again, now: a run went well, so that theirs may too.
func (d *Desk) TakeUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.Kept && b.State == Waiting {
			b.NextAt = time.Time{}
			d.call()
		}
	}
}

// next takes a batch out of the line: those that are kept come after the others. Where there is none it says how long to wait.
func (d *Desk) next() (next *Batch, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait = longestWait
	for _, b := range d.batches {
		if b.State == Proposed {
			wait = min(wait, lookAgain)
		}
		if b.State != Waiting {
			continue
		}
		if !b.Kept {
			next = b
			break
		}
		if left := b.NextAt.Sub(d.Now()); left > 0 {
			wait = min(wait, left)
		} else if next == nil {
			next = b
		}
	}
	if next != nil {
		next.State = Working
		d.changes++
	}
	return next, wait
}

func (d *Desk) work(ctx context.Context, b *Batch) {
	run, err := d.attempt(ctx, b)
	if ctx.Err() != nil {
		return // the folder stays for the next start
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b.Run, b.Err = tellAgain(run, b.Run), ""
	d.changes++
	if err != nil {
		b.Err = strings.Join(strings.Fields(err.Error()), " ")
		d.Logger.Warn("upload", "batch", b.ID, "run", run.ID, "error", b.Err)
	}
	if b.dir == "" {
		b.State = Done
		return
	}
	if errors.As(err, new(pipelines.MappingRefusal)) { // it stays wrong however often it is tried
		d.end(b)
		return
	}
	// Loaded and not published, it is seen by nobody. Refused, there may be nothing to publish.
	unseen := err != nil && run.Generation == 0 && !errors.Is(err, pipelines.ErrNothingLoaded)
	missing := untaken(run, b.Files)
	if b.Confirmation != nil && b.Confirmation.Draft != nil && err == nil {
		missing = nil // a mapping is kept; the run says what became of the file
	}
	if len(missing) > 0 || unseen {
		b.State, b.Kept, b.Attempts = Waiting, true, b.Attempts+1
		b.NextAt = d.Now().Add(min(firstWait<<min(b.Attempts-1, 10), longestWait))
		d.Logger.Warn("an upload is kept and tried again: a run failed before all of it was published", "batch", b.ID, "not_loaded", strings.Join(missing, ", "), "at", b.NextAt)
		return
	}
	d.end(b)
}

// end is for a batch of which nothing more will come. The caller holds the lock.
func (d *Desk) end(b *Batch) {
	b.State, b.Kept = Done, false
	if err := os.RemoveAll(b.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Logger.Error("an upload's folder stays", "folder", b.dir, "error", err)
	}
}

// tellAgain has a run tell what the attempt before said of files that were loaded then: to this one they are known.
func tellAgain(run, before pipelines.Run) pipelines.Run {
	var known []pipelines.KnownFile
	for _, k := range run.Known {
		told := slices.DeleteFunc(slices.Clone(before.Files), func(r pipelines.Reconciliation) bool { return r.FileID != k.FileID })
		if len(told) == 0 {
			known = append(known, k)
		}
		run.Files = append(run.Files, told...)
	}
	run.Known = known
	return run
}

// attempt runs a batch. A panic is the failure of this attempt: the batch is kept, and the others go on.
func (d *Desk) attempt(ctx context.Context, b *Batch) (run pipelines.Run, err error) {
	defer func() {
		if value := recover(); value != nil {
			d.Logger.Error("an upload stopped by a programming error", "batch", b.ID, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			err = fmt.Errorf("programming error: %v", value)
		}
	}()
	d.mu.Lock()
	paths, handed, confirmation, signers := b.paths, b.HandedIn(), b.Confirmation, ""
	if confirmation != nil {
		signers = b.signers()
	}
	d.mu.Unlock()
	if confirmation != nil {
		return d.carryOut(ctx, *confirmation, signers)
	}
	return d.Import(ctx, handed, paths)
}

// untaken names the files of a batch of which a run neither says what became of them nor that their content had arrived before.
func untaken(run pipelines.Run, files []File) (names []string) {
	for _, f := range files {
		taken := slices.ContainsFunc(run.Files, func(r pipelines.Reconciliation) bool { return r.FileID == f.ID }) ||
			slices.ContainsFunc(run.Known, func(k pipelines.KnownFile) bool { return k.FileID == f.ID })
		if !taken {
			names = append(names, f.Name)
		}
	}
	return names
}
