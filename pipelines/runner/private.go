package runner

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"hulian/pipelines/durable"
)

// owned are the names in a town's folder of what the program keeps there, and of what tells who may read it.
var owned = []string{
	landedName, mappingsName, runsName, "snapshots", "marts", "closings", "notices", "uploads", "damaged", "truth",
	warehouseName, warehouseName + ".wal", "hulian.yaml", "programme.yaml", "standards.json", "standards.json.lock", "papers", "sentences.json", "sentences.json.lock", "map.geojson", "sources.yaml", "sources.json", "paused.json", "paused.json.lock", "uploads.lock", "NOTE.txt", lockName, warehouseLockName,
}

// inboxName is the folder exports are dropped into: it is closed, what lies in it belongs to whoever dropped it.
const inboxName = "inbox"

// tighten takes from everybody but the owner what an earlier version, a copy or an editor let them do with a town's files:
// rows tell of persons, and the configuration may hold a key. What cannot be changed is told and left.
func tighten(dir string, log *slog.Logger) {
	if runtime.GOOS == "windows" { // it knows no such permissions
		return
	}
	tightened, left := 0, 0
	one := func(path string, info fs.FileInfo) {
		mode := info.Mode().Perm() &^ 0o077
		switch below, _ := filepath.Rel(filepath.Join(dir, landedName), path); {
		case info.IsDir():
			mode |= durable.DirMode // its owner gets in
		case filepath.IsLocal(below) && len(filepath.Base(below)) == 64:
			mode &^= 0o300 // landed content is never written again
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0, mode == info.Mode().Perm():
		case os.Chmod(path, mode) != nil:
			left++
		default:
			tightened++
		}
	}
	walk := func(name string, files bool) {
		err := filepath.WalkDir(filepath.Join(dir, name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				if !errors.Is(err, fs.ErrNotExist) {
					left++
				}
				return nil
			}
			if info, err := entry.Info(); err == nil && (entry.IsDir() || files) {
				one(path, info)
			}
			return nil
		})
		if err != nil {
			left++
		}
	}
	if info, err := os.Stat(dir); err == nil {
		one(dir, info)
	}
	for _, name := range owned {
		walk(name, true)
	}
	walk(inboxName, false)
	if tightened > 0 {
		log.Warn("others could read the town's files: now its owner alone can", "files_and_folders", tightened)
	}
	if left > 0 {
		log.Warn("permissions of some of the town's files could not be tightened", "files_and_folders", left)
	}
}
