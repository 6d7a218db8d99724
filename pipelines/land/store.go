package land

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
	"hulian/pipelines/source"
)

const manifestName = "manifest.ndjson"

// contentMode is what landed content may be: read, by its owner.
const contentMode = 0o400

// File is one landed file.
type File struct {
	No         int64     `json:"no"`   // order of arrival, from 1; a newer file wins over an older one
	ID         string    `json:"id"`   // SHA-256 of the content, lower-case hex
	Name       string    `json:"name"` // as it arrived
	Origin     string    `json:"origin"`
	Size       int64     `json:"size"`
	ReceivedAt time.Time `json:"received_at"` // when it was last changed at its origin
	LandedAt   time.Time `json:"landed_at"`
}

// Store is the folder landed files are kept in. It is safe for use by several goroutines of one process.
type Store struct {
	dir   string
	now   func() time.Time
	mu    sync.Mutex
	files []File
	byID  map[string]int
	gone  map[string]bool // content removed by Prune

	hashed map[string]bool // content that is known to be what landed
	healed []File          // content that was put back
	open   bool            // the last line of the manifest lacks its end

	together bool     // files land together: see Together
	unsynced []string // content that lies in its place and may not last yet
	lines    []byte   // of the manifest, of files that landed since
}

// Open opens the store in dir (the folder "landed" of a town), creating it. A manifest line torn by a crash is cut
// off; any other line that cannot be trusted is an error that wraps ErrDamaged, because the order of arrival decides
// which version wins.
func Open(dir string) (*Store, error) {
	if err := durable.MkdirAll(dir); err != nil {
		return nil, &pipelines.Fault{Op: "open landed files", At: dir, Err: err, Next: "check who may write there"}
	}
	s := &Store{dir: dir, now: time.Now, byID: map[string]int{}, gone: map[string]bool{}, hashed: map[string]bool{}}
	if err := errors.Join(s.read(), readPruned(dir, s.gone)); err != nil {
		return nil, &pipelines.Fault{Op: "open landed files", At: s.manifest(), Err: err, Next: "hulian check --repair"}
	}
	return s, nil
}

func (s *Store) manifest() string { return Manifest(s.dir) }

func (s *Store) read() error {
	content, err := os.ReadFile(s.manifest())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	lines, torn, open := readLines(content)
	for _, line := range lines {
		if line.Err != nil {
			return pipelines.Errorf("%w: line %d: %w", ErrDamaged, line.No, line.Err)
		}
		s.byID[line.File.ID] = len(s.files)
		s.files = append(s.files, line.File)
	}
	s.open = open
	if torn > 0 {
		return os.Truncate(s.manifest(), int64(len(content)-torn))
	}
	return nil
}

func validID(id string) bool {
	decoded, err := hex.DecodeString(id)
	return err == nil && len(decoded) == sha256.Size
}

// Files returns all landed files in order of arrival.
func (s *Store) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.files)
}

// Path is where the content with the given id is kept.
func (s *Store) Path(id string) string { return Path(s.dir, id) }

// Path is where the store in dir keeps the content with the given id. Unlike Open it touches nothing, so that content
// can be read while another process lands files.
func Path(dir, id string) string {
	if len(id) < 2 {
		return filepath.Join(dir, id)
	}
	return filepath.Join(dir, id[:2], id)
}

// Land copies one item into the store. fresh is false when the same content has landed before, under whatever name;
// then the earlier File is returned, and nothing is written unless the content was gone or damaged: that is put back. A
// file that changes while it is copied gives an error that wraps source.ErrChanged and leaves nothing behind. Names and
// origins are kept as source.Readable gives them.
func (s *Store) Land(ctx context.Context, item source.Item) (f File, fresh bool, err error) {
	if f, fresh, err = s.Bring(ctx, item); err != nil || !fresh {
		return f, fresh, err
	}
	f, err = s.Number(f)
	return f, true, err
}

// Bring does what Land does, and leaves fresh content without a number, until Number gives it one. After a crash in between
// nobody asks for the content, and the file comes again.
func (s *Store) Bring(ctx context.Context, item source.Item) (f File, fresh bool, err error) {
	defer func() {
		var said *pipelines.Fault // a source that knows better what to do next
		if err != nil && !errors.As(err, &said) {
			err = &pipelines.Fault{Op: "land", At: source.Readable(item.Name), Err: err, Next: next(err)}
		}
	}()
	aside, id, size, err := s.copy(ctx, item)
	if err != nil {
		return File{}, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }() // nothing lies there any more once it is in place
	intact, err := s.intact(ctx, id)
	if err != nil {
		return File{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, known := s.byID[id]
	if intact && known {
		return s.files[i], false, nil
	}
	if !intact {
		if err := place(aside, s.Path(id)); err != nil {
			return File{}, false, err
		}
		s.unsynced, s.hashed[id] = append(s.unsynced, s.Path(id)), true
	}
	if known { // its content had been lost: now it is back
		s.healed = append(s.healed, s.files[i])
		return s.files[i], false, s.lastNow()
	}
	f = File{
		ID: id, Name: source.Readable(item.Name), Origin: source.Readable(item.Origin), Size: size,
		ReceivedAt: item.ModTime.UTC(), LandedAt: s.now().UTC(),
	}
	if item.ModTime.IsZero() {
		f.ReceivedAt = f.LandedAt
	}
	return f, true, nil
}

// Number puts a file that Bring gave on record, behind all others.
func (s *Store) Number(f File) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.No = int64(len(s.files)) + 1
	err := error(nil)
	if f.Alone() {
		err = copied(s.Path(f.ID), Twin(s.dir, f), durable.FileMode)
	}
	if err == nil {
		err = s.add(f)
	}
	if err != nil {
		return File{}, &pipelines.Fault{Op: "land", At: f.Name, Err: err, Next: next(err)}
	}
	return f, nil
}

// Repeat lets known content arrive once more, under a number of its own: somebody has sent it again, and means it.
func (s *Store) Repeat(id, name string, at time.Time) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, known := s.byID[id]
	if !known {
		return File{}, &pipelines.Fault{Op: "land", At: name, Err: pipelines.ErrUnknown}
	}
	f := s.files[i]
	f.No, f.Name, f.ReceivedAt, f.LandedAt = int64(len(s.files))+1, name, at.UTC(), s.now().UTC()
	if err := s.add(f); err != nil {
		return File{}, &pipelines.Fault{Op: "land", At: name, Err: err, Next: "check the disk and who may write there, then run again"}
	}
	return f, nil
}

// inOne is how many files that land together wait at most until they last.
const inOne = 500

// Together lets files that land from now on last through a power cut together, when release is called: syncing thousands of
// files one by one takes longer than copying them. Until then nothing is on record, so that a crash leaves content that
// nobody asks for, and the files come again.
func (s *Store) Together() (release func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.together = true
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.together = false
		return s.last()
	}
}

// add puts a file on record.
func (s *Store) add(f File) error {
	line, err := sealed.Line(f)
	if err != nil {
		return err
	}
	before := len(s.lines)
	s.lines = append(append(s.lines, line...), '\n')
	if err := s.lastNow(); err != nil {
		s.lines = s.lines[:min(before, len(s.lines))]
		return err
	}
	s.byID[f.ID] = len(s.files)
	s.files = append(s.files, f)
	return nil
}

// lastNow makes what landed last, unless files land together.
func (s *Store) lastNow() error {
	if s.together && len(s.unsynced) < inOne {
		return nil
	}
	return s.last()
}

// last makes what landed last through a power cut: first the content, then its names, then the manifest.
func (s *Store) last() error {
	var folders []string
	var group errgroup.Group
	group.SetLimit(16)
	for _, at := range s.unsynced {
		if dir := filepath.Dir(at); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
		group.Go(func() error { return durable.Sync(at) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, dir := range folders {
		group.Go(func() error { return durable.Sync(dir) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	s.unsynced = nil
	if len(s.lines) == 0 {
		return nil
	}
	err := s.append(s.lines)
	if err == nil {
		s.lines = nil
	}
	return err
}

// intact reports whether the content with the given id need not be written: it lies there and is what it must be, or it was
// loaded and let go.
func (s *Store) intact(ctx context.Context, id string) (bool, error) {
	s.mu.Lock()
	_, known := s.byID[id]
	gone := known && s.gone[id]
	s.mu.Unlock()
	if gone {
		return true, nil
	}
	err := s.first(ctx, id)
	if errors.Is(err, ErrDamaged) {
		return false, nil
	}
	return err == nil, err
}

func next(err error) string {
	switch {
	case errors.Is(err, source.ErrChanged):
		return "it is taken with the next run, once it is complete"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "run again: it is copied from the beginning"
	default:
		return "check the disk and who may read and write there, then run again"
	}
}

// copy writes the item's content to a temporary file inside the store.
func (s *Store) copy(ctx context.Context, item source.Item) (at, id string, size int64, err error) {
	reader, err := item.Open(ctx)
	if err != nil {
		return "", "", 0, err
	}
	defer reader.Close()
	aside, err := os.CreateTemp(s.dir, ".landing-*")
	if err != nil {
		return "", "", 0, err
	}
	defer func() {
		err = errors.Join(err, aside.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(aside.Name()))
		}
	}()
	sum := sha256.New()
	if size, err = io.Copy(io.MultiWriter(aside, sum), reader); err != nil {
		return "", "", 0, err
	}
	if item.Size >= 0 && size != item.Size {
		return "", "", 0, pipelines.Errorf("%w: %d bytes instead of %d", source.ErrChanged, size, item.Size)
	}
	return aside.Name(), hex.EncodeToString(sum.Sum(nil)), size, nil
}

// place puts a copy where it belongs.
func place(aside, at string) error {
	if err := os.Chmod(aside, contentMode); err != nil {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(at)); err != nil {
		return err
	}
	return os.Rename(aside, at)
}

// append writes lines and syncs them. A write cut short is cut off again, so that the next line starts on its own.
func (s *Store) append(lines []byte) (err error) {
	_, statErr := os.Stat(s.manifest())
	manifest, err := os.OpenFile(s.manifest(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, manifest.Close()) }()
	info, err := manifest.Stat()
	if err != nil {
		return err
	}
	if s.open {
		lines = append([]byte{'\n'}, lines...)
	}
	if _, err := manifest.Write(lines); err != nil {
		return errors.Join(err, manifest.Truncate(info.Size()))
	}
	if err := manifest.Sync(); err != nil {
		return err
	}
	s.open = false
	if errors.Is(statErr, fs.ErrNotExist) {
		return durable.Sync(s.dir)
	}
	return nil
}
