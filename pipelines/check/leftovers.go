package check

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/land"
)

// young is how long a file that is written aside may belong to somebody who is still writing it: a notice being sent, a query
// of a server that spills. The run lock keeps none of them away.
const young = time.Hour

// asides are the places where files are written aside, and how they are called there.
var asides = []string{
	".loading-*", ".restoring-*", "warehouse.duckdb.tmp", durable.Aside("sources.json"), durable.Aside("paused.json"), durable.Aside("serving.json"), durable.Aside("sentences.json"), durable.Aside("hulian.yaml"), durable.Aside("map.geojson"),
	path.Join(landedName, ".landing-*"), path.Join(landedName, durable.Aside("manifest.ndjson")), path.Join("runs", durable.Aside("*.json")), path.Join("notices", durable.Aside("*.json")),
	path.Join("closings", "*", durable.Aside("*.json")), path.Join("papers", "*", ".keeping-*"), path.Join("mappings", durable.Aside("*")), path.Join(uploadsName, ".receiving-*"),
	path.Join("snapshots", "*.part*"), path.Join("snapshots", "*.tmp"), path.Join("marts", "*.part*"),
}

// locked are those nobody writes while the town's lock is held.
var locked = []string{".loading-", ".landing-", "warehouse.duckdb.tmp", ".part"}

// leftovers lists what a killed process left in a town's folder, and what waits there.
func leftovers(dir string, now time.Time) ([]string, error) {
	var all []string
	for _, pattern := range asides {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			at := filepath.Join(dir, filepath.FromSlash(name))
			info, err := os.Lstat(at)
			if err != nil {
				continue // gone meanwhile
			}
			held := slices.ContainsFunc(locked, func(part string) bool { return strings.Contains(path.Base(name), part) })
			if held || now.Sub(info.ModTime()) > young {
				all = append(all, at)
			}
		}
	}
	return all, nil
}

func (k *checking) leftovers(context.Context, land.Inventory) error {
	found, err := leftovers(k.Dir, k.now())
	if err != nil {
		return err
	}
	for _, at := range found {
		k.found(pipelines.Finding{Code: pipelines.FoundLeftover, Note: true, Curable: true}, at)
	}
	boxes, _ := fs.Glob(os.DirFS(k.Dir), path.Join(uploadsName, "[!.]*"))
	waiting := int64(0)
	for _, box := range boxes {
		if info, err := os.Stat(filepath.Join(k.Dir, filepath.FromSlash(box))); err == nil && info.IsDir() {
			waiting++
		}
	}
	if waiting > 0 {
		k.found(pipelines.Finding{Code: pipelines.FoundUploadsWaiting, Count: waiting, Note: true}, filepath.Join(k.Dir, uploadsName))
	}
	return nil
}

func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
