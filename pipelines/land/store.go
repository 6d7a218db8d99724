package land

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/source"
)

const manifestName = "manifest.ndjson"

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
}

// Open opens the store in dir (the folder "landed" of a town), creating it. A manifest line torn by a crash is cut
// off; any other line that cannot be read is an error, because the order of arrival decides which version wins.
func Open(dir string) (*Store, error) {
	if err := durable.MkdirAll(dir); err != nil {
		return nil, &pipelines.Fault{Op: "open landed files", At: dir, Err: err, Next: "check who may write there"}
	}
	s := &Store{dir: dir, now: time.Now, byID: map[string]int{}, gone: map[string]bool{}}
	if err := errors.Join(s.read(), s.readPruned()); err != nil {
		return nil, &pipelines.Fault{Op: "open landed files", At: s.manifest(), Err: err, Next: "restore the file from a backup"}
	}
	return s, nil
}

func (s *Store) manifest() string { return filepath.Join(s.dir, manifestName) }

func (s *Store) read() error {
	content, err := os.ReadFile(s.manifest())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	whole := 0
	for line := 1; whole < len(content); line++ {
		length := bytes.IndexByte(content[whole:], '\n') + 1
		if length == 0 { // the crash came between writing the line and its end
			return os.Truncate(s.manifest(), int64(whole))
		}
		var f File
		if err := json.Unmarshal(content[whole:whole+length], &f); err != nil {
			if whole+length == len(content) { // blocks of the last line may reach the disk out of order
				return os.Truncate(s.manifest(), int64(whole))
			}
			return fmt.Errorf("line %d: %w", line, err)
		}
		if f.No != int64(line) || !validID(f.ID) {
			return fmt.Errorf("line %d: number %d and id %q do not belong there", line, f.No, f.ID)
		}
		s.byID[f.ID] = len(s.files)
		s.files = append(s.files, f)
		whole += length
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
// then the earlier File is returned and nothing is written. A file that changes while it is copied gives an error
// that wraps source.ErrChanged and leaves nothing behind.
func (s *Store) Land(ctx context.Context, item source.Item) (f File, fresh bool, err error) {
	defer func() {
		var said *pipelines.Fault // a source that knows better what to do next
		if err != nil && !errors.As(err, &said) {
			err = &pipelines.Fault{Op: "land", At: item.Name, Err: err, Next: next(err)}
		}
	}()
	aside, id, size, err := s.copy(ctx, item)
	if err != nil {
		return File{}, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }() // nothing lies there any more once it is in place
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.Path(id)
	i, known := s.byID[id]
	if known && s.gone[id] {
		return s.files[i], false, nil // it was loaded and let go: it need not come again
	}
	if info, err := os.Stat(at); known && err == nil && info.Size() == size {
		return s.files[i], false, nil
	}
	if err := place(aside, at); err != nil {
		return File{}, false, err
	}
	if known { // its content had been lost: now it is back
		return s.files[i], false, nil
	}
	f = File{
		No: int64(len(s.files)) + 1, ID: id, Name: item.Name, Origin: item.Origin, Size: size,
		ReceivedAt: item.ModTime.UTC(), LandedAt: s.now().UTC(),
	}
	if item.ModTime.IsZero() {
		f.ReceivedAt = f.LandedAt
	}
	if err := s.append(f); err != nil {
		return File{}, false, err
	}
	s.byID[id] = len(s.files)
	s.files = append(s.files, f)
	return f, true, nil
}

func next(err error) string {
	switch {
	case errors.Is(err, source.ErrChanged):
		return "it is taken with the next run, once it is complete"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "run again"
	default:
		return "check the disk and who may read and write there, then run again"
	}
}

// copy writes the item's content to a synced temporary file inside the store.
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
		return "", "", 0, fmt.Errorf("%w: %d bytes instead of %d", source.ErrChanged, size, item.Size)
	}
	if err := aside.Chmod(0o444); err != nil {
		return "", "", 0, err
	}
	return aside.Name(), hex.EncodeToString(sum.Sum(nil)), size, aside.Sync()
}

func place(aside, at string) error {
	if err := durable.MkdirAll(filepath.Dir(at)); err != nil {
		return err
	}
	if err := os.Rename(aside, at); err != nil {
		return err
	}
	return durable.Sync(filepath.Dir(at))
}

// append writes one line and syncs it. A write cut short is cut off again, so that the next line starts on its own.
func (s *Store) append(f File) (err error) {
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, statErr := os.Stat(s.manifest())
	manifest, err := os.OpenFile(s.manifest(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, manifest.Close()) }()
	info, err := manifest.Stat()
	if err != nil {
		return err
	}
	if _, err := manifest.Write(append(line, '\n')); err != nil {
		return errors.Join(err, manifest.Truncate(info.Size()))
	}
	if err := manifest.Sync(); err != nil {
		return err
	}
	if errors.Is(statErr, fs.ErrNotExist) {
		return durable.Sync(s.dir)
	}
	return nil
}
