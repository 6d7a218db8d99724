package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

const (
	lockName          = "run.lock"
	warehouseLockName = "warehouse.lock" // held while the warehouse is open: a run holds it from loading on, not while it fetches
	runsName          = "runs"
	idLayout          = "20060102T150405Z"
	attempt           = 50 * time.Millisecond // between two tries for the lock
	noticeable        = 4 * attempt           // a reader of the history holds the lock for less
)

var document = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9]{4,}\.json$`)

// History returns the runs of a town, newest first, without those whose documents are damaged: see Damaged. A run that says it is running while nobody holds the lock was
// interrupted, and is returned as such; its document is left to the next run to correct.
func History(dir string) (runs []pipelines.Run, err error) {
	runs, err = documents(dir)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(runs, func(r pipelines.Run) bool { return r.State == pipelines.RunRunning }) {
		return runs, nil
	}
	lock := flock.New(filepath.Join(dir, lockName))
	free, err := lock.TryRLock()
	if err != nil {
		return nil, &pipelines.Fault{Op: "read run history", At: lock.Path(), Err: err, Next: "check who may read it"}
	}
	if !free {
		return runs, nil
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	// Nobody is at work now: what still says running is cut off, unless it ended between the reading and the lock.
	if runs, err = documents(dir); err != nil {
		return nil, err
	}
	for i := range runs {
		if runs[i].State == pipelines.RunRunning {
			runs[i].State = pipelines.RunInterrupted
		}
	}
	return runs, nil
}

// Damaged says of every document of a run that cannot be read where it lies and why. No figure depends on one: History
// leaves them out, and everything goes on. Each wraps pipelines.ErrDamaged.
func Damaged(dir string) ([]*pipelines.Fault, error) {
	_, damaged, err := read(dir, nil)
	return damaged, err
}

// documents reads every run as it was last written, newest first. Those that are damaged are left out.
func documents(dir string) ([]pipelines.Run, error) {
	runs, _, err := read(dir, &known)
	return runs, err
}

// known are the documents read before. Pages ask for the history at every turn, and a year has hundreds of runs.
var known recent

// recent keeps what was read of documents, by path. A document is never written over, but put aside and renamed: another one has another
// time or size. It is safe for use by several goroutines.
type recent struct {
	mu  sync.Mutex
	all map[string]recorded
}

// recorded is a run as its document says, and which document that was.
type recorded struct {
	document os.FileInfo
	run      pipelines.Run
}

// of gives the run of a document that is the one read before.
func (r *recent) of(path string) (run pipelines.Run, ok bool) {
	if r == nil {
		return run, false
	}
	r.mu.Lock()
	before, ok := r.all[path]
	r.mu.Unlock()
	if !ok {
		return run, false
	}
	now, err := os.Stat(path)
	if err != nil || !os.SameFile(now, before.document) || now.Size() != before.document.Size() || !now.ModTime().Equal(before.document.ModTime()) {
		return run, false
	}
	return before.run, true
}

// keep keeps what was read of a document that was this one before it was read. One that changed just now may change again within the same moment.
func (r *recent) keep(path string, document os.FileInfo, run pipelines.Run) {
	if r == nil || document == nil || time.Since(document.ModTime()) < time.Second {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil || len(r.all) > 5_000 { // of runs forgotten since
		r.all = map[string]recorded{}
	}
	r.all[path] = recorded{document, run}
}

func read(dir string, before *recent) (runs []pipelines.Run, damaged []*pipelines.Fault, err error) {
	names, err := documentNames(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		path := filepath.Join(dir, runsName, name)
		if run, ok := before.of(path); ok {
			runs = append(runs, run)
			continue
		}
		document, _ := os.Stat(path)
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // forgotten since it was listed
		}
		var run pipelines.Run
		if err == nil {
			_, err = sealed.Read(content, &run)
		}
		if err == nil && run.ID+".json" != name {
			err = pipelines.Errorf("it is the document of run %q", run.ID)
		}
		if err != nil {
			damaged = append(damaged, &pipelines.Fault{Op: "read the record of a run", At: path, Err: pipelines.Errorf("%w: %w", pipelines.ErrDamaged, err),
				Next: "hulian check --repair sets it aside; no figure depends on it"})
			continue
		}
		before.keep(path, document, run)
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b pipelines.Run) int { return strings.Compare(b.ID, a.ID) })
	return runs, damaged, nil
}

// documentNames lists the documents of runs; of what else lies there, written aside and never renamed, or not ours, none.
func documentNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, runsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read run history", At: filepath.Join(dir, runsName), Err: err, Next: "check who may read it"}
	}
	var names []string
	for _, entry := range entries {
		if document.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// lastID is the last of the IDs given to the documents that lie there, whether they can be read or not; empty: none.
func lastID(dir string) (string, error) {
	names, err := documentNames(dir)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return strings.TrimSuffix(slices.Max(names), ".json"), nil
}

// newID is later in order than the ID before it: the time to the second, and a count of the runs of the town for runs
// within one second or under a clock set back. before is empty for the first.
func newID(now time.Time, before string) string {
	if before == "" {
		return fmt.Sprintf("%s-%04d", now.UTC().Format(idLayout), 1)
	}
	stamp, number, _ := strings.Cut(before, "-")
	count, err := strconv.Atoi(number)
	if err != nil {
		count = 0 // it matches the pattern of documents, so it is a number
	}
	return fmt.Sprintf("%s-%04d", max(now.UTC().Format(idLayout), stamp), count+1)
}

// forget removes the documents of the oldest runs beyond keep. The newest of every pipeline stays, because it says when
// that pipeline ran last. Runs are newest first.
func forget(dir string, keep int, runs []pipelines.Run) (err error) {
	if keep < 1 {
		return nil
	}
	newest := map[string]bool{}
	for i, run := range runs {
		if i >= keep && newest[run.Pipeline] {
			err = errors.Join(err, os.Remove(filepath.Join(dir, runsName, run.ID+".json")))
		}
		newest[run.Pipeline] = true
	}
	return err
}

// write puts the run's document in place, whole or not at all.
func write(dir string, run pipelines.Run) error {
	folder := filepath.Join(dir, runsName)
	path := filepath.Join(folder, run.ID+".json")
	fault := func(err error) error {
		return &pipelines.Fault{Op: "write run", At: path, Err: err, Next: "check the disk and who may write there, then run again"}
	}
	content, err := sealed.Document(run)
	if err != nil {
		return fault(err)
	}
	if err := durable.MkdirAll(folder); err != nil {
		return fault(err)
	}
	if err := durable.Write(path, content, durable.FileMode); err != nil {
		return fault(err)
	}
	return nil
}
