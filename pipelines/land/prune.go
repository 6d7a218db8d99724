package land

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/source"
)

// prunedName lists the content that was let go, one id a line.
const prunedName = "pruned"

// Prune removes the content of landed files for good and returns how many bytes that freed. Their lines in the manifest
// stay, so that the order of arrival is known and the same content is no news to a source that still offers it. Each is put on record
// before it is removed: a crash between the two leaves content that nobody asks for, never a file that comes again.
func (s *Store) Prune(ids []string) (freed int64, err error) {
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "remove landed files", At: s.dir, Err: err, Next: "check who may write there"}
		}
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	var fresh []string
	for _, id := range ids {
		if _, known := s.byID[id]; known && !s.gone[id] {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	record, err := os.OpenFile(filepath.Join(s.dir, prunedName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return 0, err
	}
	// It begins with a line break: a line torn by a crash must not swallow the next one.
	_, err = record.WriteString("\n" + strings.Join(fresh, "\n") + "\n")
	if err := errors.Join(err, record.Sync(), record.Close(), durable.Sync(s.dir)); err != nil {
		return 0, err
	}
	for _, id := range fresh {
		s.gone[id] = true
		info, statErr := os.Stat(s.Path(id))
		removeErr := os.Remove(s.Path(id))
		switch {
		case statErr == nil && removeErr == nil:
			freed += info.Size()
		case !errors.Is(removeErr, fs.ErrNotExist):
			err = errors.Join(err, removeErr)
		}
	}
	return freed, err
}

// BringBack takes in content again that was let go: it has arrived once more, and is to be read. A crash on the way leaves
// content that nobody asks for.
func (s *Store) BringBack(ctx context.Context, item source.Item, id string) (err error) {
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "land", At: source.Readable(item.Name), Err: err, Next: next(err)}
		}
	}()
	aside, copied, _, err := s.copy(ctx, item)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }() // nothing lies there any more once it is in place
	if copied != id {
		return source.ErrChanged
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := place(aside, s.Path(id)); err != nil {
		return err
	}
	still := maps.Clone(s.gone)
	delete(still, id)
	record := strings.Join(slices.Sorted(maps.Keys(still)), "\n") + "\n"
	if err := errors.Join(durable.Sync(filepath.Dir(s.Path(id))), durable.Write(filepath.Join(s.dir, prunedName), []byte(record), durable.FileMode)); err != nil {
		return err
	}
	s.gone, s.hashed[id] = still, true
	return nil
}

// Pruned reports whether the content of a landed file was let go.
func (s *Store) Pruned(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[id]
}

func readPruned(dir string, into map[string]bool) error {
	content, err := os.ReadFile(filepath.Join(dir, prunedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for id := range strings.Lines(string(content)) {
		if id = strings.TrimSpace(id); validID(id) {
			into[id] = true
		}
	}
	return err
}
