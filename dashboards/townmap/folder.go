package townmap

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// File is what the map is called in the town's folder.
const File = "map.geojson"

// Folder keeps the map of a town.
type Folder struct {
	path string

	mu   sync.Mutex
	seen time.Time // when the file that was read was written
	size int64
	read Map
}

// In is the folder of a town.
func In(dir string) *Folder { return &Folder{path: filepath.Join(dir, File)} }

// Map is the map that is kept; one without a hash where none is. It reads the file again when it has changed.
func (f *Folder) Map() (Map, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.seen, f.size, f.read = time.Time{}, 0, Map{}
		return Map{}, nil
	}
	if err == nil && info.ModTime().Equal(f.seen) && info.Size() == f.size {
		return f.read, nil
	}
	var content []byte
	if err == nil {
		content, err = os.ReadFile(f.path)
	}
	if err == nil {
		f.read, err = Read(content)
	}
	if err != nil {
		return Map{}, &pipelines.Fault{Op: "read the town's map", At: f.path, Err: err, Next: "hand the map in again on the page Standards, or remove it there"}
	}
	f.seen, f.size = info.ModTime(), info.Size()
	return f.read, nil
}

// Keep checks a file and keeps it in the place of the one before. villages are those of the town: a file of which no outline is one of
// theirs is a *Refusal too.
func (f *Folder) Keep(content []byte, villages []Village) (Matched, error) {
	m, err := Read(content)
	if err != nil {
		return Matched{}, err
	}
	made := m.Match(villages)
	if len(made.Of) == 0 {
		return made, &Refusal{Why: NoneMatches}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = time.Time{}
	if err := durable.Write(f.path, content, 0o600); err != nil {
		return made, &pipelines.Fault{Op: "keep the town's map", At: f.path, Err: err, Next: "check the disk and who may write there; the map before is as it was"}
	}
	return made, nil
}

// Remove ends the map; there need be none.
func (f *Folder) Remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &pipelines.Fault{Op: "remove the town's map", At: f.path, Err: err, Next: "check who may write in the folder"}
	}
	return durable.Sync(filepath.Dir(f.path))
}
