package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// republish is what helps where a generation cannot be read: a run publishes a whole one in its place.
const republish = "run the pipeline: hulian run"

// pointed is what the pointer says.
type pointed struct {
	text   string // as it stands in the file; empty: there is none
	number int
	hash   string // of the generation's content; pointers from before there were hashes have none
}

func pointerTo(g Manifest) []byte { return fmt.Appendf(nil, "%d %s\n", g.Generation, g.Hash) }

// readPointer reads the pointer. Before the first publish it wraps pipelines.ErrNotPublished.
func readPointer(dir string) (p pointed, err error) {
	path := filepath.Join(dir, snapshotFolder, pointer)
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return p, &pipelines.Fault{Op: "read the published snapshot", At: dir, Err: pipelines.ErrNotPublished, Next: republish}
	}
	if err != nil {
		return p, &pipelines.Fault{Op: "read the published snapshot", At: path, Err: err, Next: "check the folder's permissions"}
	}
	p.text = string(content)
	number, hash, _ := strings.Cut(strings.TrimSpace(p.text), " ")
	if p.number, err = strconv.Atoi(number); err != nil || p.number < 1 {
		return p, &pipelines.Fault{Op: "read the published snapshot", At: path, Err: pipelines.Errorf("%w: %q names no generation", pipelines.ErrDamaged, strings.TrimSpace(p.text)), Next: republish}
	}
	p.hash = hash
	return p, nil
}

// Read reads the manifest of a generation and looks whether its database lies there; Verify looks closer. An error about the
// files wraps pipelines.ErrDamaged.
func Read(dir string, number int) (Generation, error) {
	base := filepath.Join(dir, snapshotFolder, generationName(number))
	g := Generation{Number: number, Path: base + ".duckdb"}
	at := base + ".json"
	content, err := os.ReadFile(at)
	if err == nil {
		var isSealed bool
		if isSealed, err = sealed.Read(content, &g.Manifest); err == nil && !isSealed && len(g.Manifest.Files) > 0 {
			err = sealed.ErrBroken // it had a seal
		}
	}
	if err == nil && g.Manifest.Generation != number && g.Manifest.Generation != 0 {
		err = pipelines.Errorf("it is the manifest of generation %d", g.Manifest.Generation)
	}
	if err == nil {
		at = g.Path
		var info os.FileInfo
		if info, err = os.Stat(g.Path); err == nil {
			if written, known := g.Manifest.file(relative(dir, g.Path)); known && info.Size() != written.Size {
				err = pipelines.Errorf("%d bytes are left of %d", info.Size(), written.Size)
			}
		}
	}
	if err != nil {
		if !errors.Is(err, os.ErrPermission) {
			err = fmt.Errorf("%w: %w", pipelines.ErrDamaged, err)
		}
		return Generation{}, &pipelines.Fault{Op: "read generation " + strconv.Itoa(number), At: at, Err: err, Next: republish}
	}
	g.Hash = g.Manifest.Hash
	return g, nil
}

func (m Manifest) file(path string) (File, bool) {
	i := slices.IndexFunc(m.Files, func(f File) bool { return f.Path == path })
	if i < 0 {
		return File{}, false
	}
	return m.Files[i], true
}

// relative gives a path as a manifest names it.
func relative(dir, path string) string {
	if name, err := filepath.Rel(dir, path); err == nil {
		path = name
	}
	return filepath.ToSlash(path)
}

// Named returns the generation the pointer names, whatever its files hold. Before the first publish it wraps
// pipelines.ErrNotPublished.
func Named(dir string) (Generation, error) {
	p, err := readPointer(dir)
	if err != nil {
		return Generation{}, err
	}
	return p.generation(dir)
}

func (p pointed) generation(dir string) (Generation, error) {
	g, err := Read(dir, p.number)
	if err == nil && p.hash != "" && p.hash != g.Hash {
		return g, &pipelines.Fault{Op: "read the published snapshot", At: filepath.Join(dir, snapshotFolder, pointer),
			Err: pipelines.Errorf("%w: it names generation %d by another content than that has", pipelines.ErrDamaged, p.number), Next: republish}
	}
	return g, err
}

// Current returns the generation readers are to read: the one the pointer names, or, where that one or the pointer is damaged,
// the newest older one that is not, which says so. Before the first publish it wraps pipelines.ErrNotPublished. It looks at
// manifests alone: a database that is damaged inside is found by Verify and by a Reader.
func Current(dir string) (Generation, error) {
	p, err := readPointer(dir)
	return choose(dir, p, err, func(Generation) error { return nil })
}

// Whole is Current, but a generation is also held to the hash of its database.
func Whole(ctx context.Context, dir string) (Generation, error) {
	p, err := readPointer(dir)
	return choose(dir, p, err, func(g Generation) error { return verifyDatabase(ctx, dir, g) })
}

// choose returns the generation the pointer names, or the one that is nearest to it among those that are readable and
// usable. unreadable is why the pointer could not be read.
func choose(dir string, p pointed, unreadable error, usable func(Generation) error) (Generation, error) {
	why := unreadable
	if why == nil {
		g, err := p.generation(dir)
		if err == nil {
			err = usable(g)
		}
		if err == nil {
			return g, nil
		}
		why = err
		if g.Hash != "" && p.hash != "" && g.Hash != p.hash { // the pointer is damaged: its number may be any
			p.number = 0
		}
	}
	if !errors.Is(why, pipelines.ErrDamaged) && !errors.Is(why, pipelines.ErrNotPublished) {
		return Generation{}, why // no fault of the files: they may be readable in a moment
	}
	var whole []Generation // the newest first
	for _, number := range slices.Backward(numbers(dir)) {
		if g, err := Read(dir, number); err == nil {
			g.Instead = why
			whole = append(whole, g)
		}
	}
	for _, nearest := range []func(Generation) bool{
		func(g Generation) bool { return p.hash != "" && g.Hash == p.hash },
		func(g Generation) bool { return p.number == 0 || g.Number < p.number }, // what stands above it was never served
		func(Generation) bool { return true },
	} {
		for _, g := range whole {
			if nearest(g) && usable(g) == nil {
				return g, nil
			}
		}
	}
	return Generation{}, why
}

// Numbers lists the generations of which something complete lies in the town's folder, in rising order.
func Numbers(dir string) []int {
	return slices.DeleteFunc(numbers(dir), func(number int) bool {
		return !slices.ContainsFunc(Files(dir, number), func(path string) bool {
			return !strings.Contains(filepath.Base(path), part) && filepath.Ext(path) != ".tmp" && filepath.Ext(path) != ".wal"
		})
	})
}

// Files lists what lies in a town's folder of a generation, damaged or not: files, and the folder of its marts.
func Files(dir string, number int) []string {
	var all []string
	for _, folder := range []string{snapshotFolder, martsFolder} {
		entries, _ := os.ReadDir(filepath.Join(dir, folder))
		for _, entry := range entries {
			if numberOf(entry.Name()) == number {
				all = append(all, filepath.Join(dir, folder, entry.Name()))
			}
		}
	}
	return all
}

// point makes a generation the current one.
func point(dir string, m Manifest) error {
	snapshots := filepath.Join(dir, snapshotFolder)
	if err := writeSynced(filepath.Join(snapshots, pointer+part), pointerTo(m)); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(snapshots, pointer+part), filepath.Join(snapshots, pointer)); err != nil {
		return err
	}
	return durable.Sync(snapshots)
}
