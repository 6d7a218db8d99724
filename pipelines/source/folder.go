package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
)

// settle is how long a file must have kept still before it is taken. A copy over a village's network share pauses
// for less than this between two writes.
const settle = 2 * time.Second

type folder struct {
	dir      string
	patterns []string
	pause    func(context.Context, time.Duration) error
}

// Folder offers the regular files below dir, recursively, whose base name or slash-separated relative path matches
// one of the patterns (path.Match; none: all). Hidden files and folders, and the temporary files of office programs,
// browsers and copy tools, are passed over. A file changed less than two seconds ago is looked at again after that
// time and left for the next pass when it is still changing. A folder that does not exist is an error.
func Folder(dir string, patterns ...string) Source {
	return &folder{dir: dir, patterns: patterns, pause: Pause}
}

func (f *folder) Name() string { return f.dir }

func (f *folder) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := CheckPatterns(f.patterns); err != nil {
			yield(Item{}, &pipelines.Fault{Op: "read folder", At: f.dir, Err: err, Next: "correct the pattern in sources.yaml"})
			return
		}
		found, faults, err := f.walk(ctx)
		if err != nil {
			yield(Item{}, &pipelines.Fault{Op: "read folder", At: f.dir, Err: err, Next: "create the folder or name another one"})
			return
		}
		for _, fault := range faults {
			if !yield(Item{Name: fault.At}, fault) {
				return
			}
		}
		if found, err = f.stable(ctx, found); err != nil {
			yield(Item{}, err)
			return
		}
		for _, file := range found {
			if ctx.Err() != nil {
				yield(Item{}, ctx.Err())
				return
			}
			if !yield(file.item(), nil) {
				return
			}
		}
	}
}

// candidate is one file as it stood when the folder was listed.
type candidate struct {
	name, path string
	info       fs.FileInfo
}

func (c candidate) item() Item {
	return Item{
		Name: c.name, Origin: c.path, ModTime: c.info.ModTime(), Size: c.info.Size(),
		Open: func(ctx context.Context) (io.ReadCloser, error) { return open(ctx, c.path, c.info) },
	}
}

func (f *folder) walk(ctx context.Context) (found []candidate, faults []*pipelines.Fault, err error) {
	root, err := filepath.EvalSymlinks(f.dir)
	if err != nil {
		return nil, nil, err
	}
	err = filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name, relErr := filepath.Rel(root, at)
		if relErr != nil {
			return relErr
		}
		name = filepath.ToSlash(name)
		if err != nil {
			if at == root {
				return err
			}
			if !errors.Is(err, fs.ErrNotExist) { // gone between listing and looking: nothing to take
				faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "check who may read it"})
			}
			return nil
		}
		if at != root && PassedOver(entry.Name()) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() || !Wanted(f.patterns, name) {
			return nil
		}
		info, err := os.Stat(at) // follows links: an inbox may link to files elsewhere
		if err != nil {
			faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "check who may read it"})
			return nil
		}
		if info.Mode().IsRegular() {
			found = append(found, candidate{name: name, path: filepath.Join(f.dir, filepath.FromSlash(name)), info: info})
		}
		return nil
	})
	slices.SortFunc(found, func(a, b candidate) int {
		if order := a.info.ModTime().Compare(b.info.ModTime()); order != 0 {
			return order
		}
		return strings.Compare(a.name, b.name)
	})
	return found, faults, err
}

// stable keeps the files that have kept still for the settle time, waiting once for those that are younger.
func (f *folder) stable(ctx context.Context, found []candidate) ([]candidate, error) {
	now := time.Now()
	young := func(c candidate) bool {
		age := now.Sub(c.info.ModTime())
		return age < settle && age > -settle // a time in the future is a wrong clock, not a write in progress
	}
	if !slices.ContainsFunc(found, young) {
		return found, nil
	}
	if err := f.pause(ctx, settle); err != nil {
		return nil, err
	}
	var still []candidate
	for _, c := range found {
		if young(c) {
			if info, err := os.Stat(c.path); err != nil || !unchanged(info, c.info) {
				continue
			}
		}
		still = append(still, c)
	}
	return still, nil
}

func unchanged(a, b fs.FileInfo) bool { return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) }

// watched reads a file and compares it at the end with what it was when it was listed.
type watched struct {
	file *os.File
	ctx  context.Context
	was  fs.FileInfo
}

func open(ctx context.Context, at string, was fs.FileInfo) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	return &watched{file: file, ctx: ctx, was: was}, nil
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.file.Read(p)
	if err == io.EOF {
		if info, statErr := w.file.Stat(); statErr != nil || !unchanged(info, w.was) {
			return n, ErrChanged
		}
	}
	return n, err
}

func (w *watched) Close() error { return w.file.Close() }
