package source

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"strings"
	"sync"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// Memory remembers which version of each file has landed, so that a source need not bring over again what its origin
// says has not changed. Sources only ask; who lands an item remembers its Version afterwards, never before, so that a
// crash in between brings the file again rather than losing it. What folders offered is remembered in the same way.
type Memory interface {
	Landed(origin string) (version string) // "" where nothing is known
	Remember(origin, version string) error
	Under(prefix string) map[string]string        // what is remembered of origins that begin so, by what follows
	RememberAll(versions map[string]string) error // by origin
}

// OpenMemory opens the memory kept in one JSON file, which need not exist yet. It is safe for use by several
// goroutines, and follows what other memories of the same file write, of this process or another; only one of them may
// remember at a time, which a run's lock sees to. It is written aside and renamed: after a crash the file is the earlier
// or the later one. A file that is damaged is as good as none and is written anew: everything is fetched once more, and
// nothing is loaded twice.
func OpenMemory(path string) (Memory, error) {
	m := &memory{path: path, versions: map[string]string{}}
	return m, m.follow()
}

type memory struct {
	path     string
	mu       sync.Mutex
	versions map[string]string
	file     fs.FileInfo // as it was when it was read; nil: it was not there
}

// follow reads the file where it is another one than was read last.
func (m *memory) follow() error {
	info, err := os.Stat(m.path)
	if err == nil && m.file != nil && os.SameFile(info, m.file) && info.ModTime().Equal(m.file.ModTime()) && info.Size() == m.file.Size() {
		return nil
	}
	versions := map[string]string{}
	var content []byte
	if err == nil {
		content, err = os.ReadFile(m.path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &pipelines.Fault{Op: "read what has landed from the sources", At: m.path, Err: err, Next: "check who may read it"}
	}
	if err == nil && json.Unmarshal(content, &versions) != nil {
		versions = map[string]string{}
	}
	m.versions, m.file = versions, info
	return nil
}

// Landed forgets everything where the file cannot be read any more: what is fetched once more is not loaded twice.
func (m *memory) Landed(origin string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.follow(); err != nil {
		return ""
	}
	return m.versions[origin]
}

func (m *memory) Under(prefix string) map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string]string{}
	if err := m.follow(); err != nil {
		return found
	}
	for origin, version := range m.versions {
		if rest, ok := strings.CutPrefix(origin, prefix); ok {
			found[rest] = version
		}
	}
	return found
}

func (m *memory) Remember(origin, version string) error {
	return m.RememberAll(map[string]string{origin: version})
}

func (m *memory) RememberAll(fresh map[string]string) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.follow(); err != nil {
		return err
	}
	versions, changed := maps.Clone(m.versions), false
	if versions == nil { // the file held null
		versions = map[string]string{}
	}
	for origin, version := range fresh {
		if version != "" && versions[origin] != version {
			versions[origin], changed = version, true
		}
	}
	if !changed {
		return nil
	}
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "remember what has landed", At: m.path, Err: err, Next: "check the disk and who may write there"}
		}
	}()
	content, err := json.MarshalIndent(versions, "", "\t")
	if err != nil {
		return err
	}
	if err := durable.Write(m.path, append(content, '\n'), durable.FileMode); err != nil {
		return err
	}
	return m.follow()
}
