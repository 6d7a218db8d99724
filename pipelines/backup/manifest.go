package backup

import (
	"encoding/json"
	"errors"
	"hulian/pipelines"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// manifestName is the last entry of a backup.
const manifestName = "backup.json"

// format is the version of the layout; a newer one is refused.
const format = 1

// Manifest says what a backup holds.
type Manifest struct {
	Format     int       `json:"format"`
	MadeAt     time.Time `json:"made_at"`
	Version    string    `json:"version"` // of the program
	Generation int       `json:"generation,omitempty"`
	Snapshot   string    `json:"snapshot,omitempty"` // content hash of the snapshot that was served
	Files      []File    `json:"files"`
	Damaged    []string  `json:"damaged,omitempty"` // landed files whose content was not what their name says
}

// File is one file of a backup.
type File struct {
	Path   string `json:"path"` // slash-separated, relative to the town's folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of everything unpacked.
func (m Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// parts are the names in a town's folder that are backed up and put in place again, in the order they are put there:
// the pointer to the snapshot comes last, so that nobody reads a half-restored town.
var parts = []string{"landed", "warehouse.duckdb", "mappings", "runs", "closings", "papers", "notices", "accounts.db", "hulian.yaml", "programme.yaml", "standards.json", "sentences.json", "letterhead.docx", "letterhead.dotx", "map.geojson", "sources.yaml", "sources.json", "paused.json", "marts", "snapshots"}

// beside are names that belong to parts and are moved away with them: the log of a database would be played onto another one.
var beside = []string{"warehouse.duckdb.wal", "accounts.db-wal", "accounts.db-shm"}

// check refuses a manifest that could harm: names outside the folder, twice, or of no part.
func (m Manifest) check() error {
	if m.Format < 1 || m.Format > format {
		return pipelines.Errorf("it has format %d, this program reads up to %d", m.Format, format)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		top, _, _ := strings.Cut(f.Path, "/")
		switch folded := strings.ToLower(f.Path); {
		case !fs.ValidPath(f.Path) || !filepath.IsLocal(filepath.FromSlash(f.Path)) || strings.ContainsAny(f.Path, "\\:\x00"):
			return pipelines.Errorf("the name %q leads out of the folder", f.Path)
		case !slices.Contains(parts, top):
			return pipelines.Errorf("%q is no part of a town", f.Path)
		case seen[folded]: // some file systems know no case
			return pipelines.Errorf("%q stands twice", f.Path)
		case f.Size < 0 || len(f.SHA256) != 64:
			return pipelines.Errorf("%q: size and hash cannot be read", f.Path)
		default:
			seen[folded] = true
		}
	}
	for _, f := range m.Files { // a file cannot be a folder too
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if seen[strings.ToLower(dir)] {
				return pipelines.Errorf("%q stands below a file", f.Path)
			}
		}
	}
	return nil
}

func parseManifest(content []byte) (m Manifest, err error) {
	if err := json.Unmarshal(content, &m); err != nil {
		return m, pipelines.Errorf("its manifest cannot be read: %w", err)
	}
	return m, m.check()
}

var errNoBackup = errors.New("it is no backup of hulian: it holds no " + manifestName)
