package source

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"hulian/pipelines"
)

// Memory remembers which version of each file has landed, so that a source need not bring over again what its origin
// says has not changed. Sources only ask; who lands an item remembers its Version afterwards, never before, so that a
// crash in between brings the file again rather than losing it.
type Memory interface {
	Landed(origin string) (version string) // "" where nothing is known
	Remember(origin, version string) error
}

// OpenMemory opens the memory kept in one JSON file, which need not exist yet. It is safe for use by several
// goroutines of one process. It is written aside and renamed: after a crash the file is the earlier or the later one.
func OpenMemory(path string) (Memory, error) {
	m := &memory{path: path, versions: map[string]string{}}
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, &m.versions)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &pipelines.Fault{Op: "read what has landed from the sources", At: path, Err: err,
			Next: "delete the file: all files are then fetched once more, and nothing is loaded twice"}
	}
	return m, nil
}

type memory struct {
	path     string
	mu       sync.Mutex
	versions map[string]string
}

func (m *memory) Landed(origin string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.versions[origin]
}

func (m *memory) Remember(origin, version string) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if version == "" || m.versions[origin] == version {
		return nil
	}
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "remember what has landed", At: m.path, Err: err, Next: "check the disk and who may write there"}
		}
	}()
	versions := maps.Clone(m.versions)
	if versions == nil { // the file held null
		versions = map[string]string{}
	}
	versions[origin] = version
	content, err := json.MarshalIndent(versions, "", "\t")
	if err != nil {
		return err
	}
	aside, err := os.CreateTemp(filepath.Dir(m.path), ".sources-*")
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name())
	_, err = aside.Write(append(content, '\n'))
	if err = errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if err := os.Rename(aside.Name(), m.path); err != nil {
		return err
	}
	m.versions = versions
	return nil
}
