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
// time; one that is still changing yields ErrChanged and is left for the next pass. A link to a file is followed where it
// is relative and leads to a place below dir; a pipe, a socket or a device yields ErrNoFile; any other link yields ErrLink, because whoever may drop a file into an inbox
// could read every file of the machine through one. dir itself may be a link. A folder that does not exist is an error.
func Folder(dir string, patterns ...string) Source {
	return &folder{dir: dir, patterns: patterns, pause: Pause}
}

func (f *folder) Name() string { return f.dir }

// IsFolder reports whether a source is a Folder: it lists everything it holds every time.
func IsFolder(s Source) bool {
	_, is := s.(*folder)
	return is
}

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
		found, growing, err := f.stable(ctx, found)
		if err != nil {
			yield(Item{}, err)
			return
		}
		for _, file := range growing {
			if !yield(Item{Name: file.name, Origin: Readable(file.path())}, &pipelines.Fault{Op: "read", At: file.name, Err: ErrChanged, Next: WhenComplete}) {
				return
			}
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

// WhenComplete says what becomes of a file that is still being written.
const WhenComplete = "it is taken with the next run, once it is complete"

// candidate is one file as it stood when the folder was listed.
type candidate struct {
	name  string // readable
	dir   string
	below string // its path in dir, in the bytes of the file system
	info  fs.FileInfo
}

func (c candidate) path() string { return filepath.Join(c.dir, c.below) }

func (c candidate) item() Item {
	return Item{
		Name: c.name, Origin: Readable(c.path()), Path: c.path(), ModTime: c.info.ModTime(), Size: c.info.Size(),
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			// Not by its path: the file, or a folder above it, may have become a link since it was looked at.
			return open(ctx, func() (*os.File, error) { return os.OpenInRoot(c.dir, c.below) }, c.info)
		},
	}
}

func (f *folder) walk(ctx context.Context) (found []candidate, faults []*pipelines.Fault, err error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	top, err := filepath.EvalSymlinks(f.dir)
	if err != nil {
		return nil, nil, err
	}
	err = filepath.WalkDir(top, func(at string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		below, relErr := filepath.Rel(top, at)
		if relErr != nil {
			return relErr
		}
		name := Readable(filepath.ToSlash(below))
		if err != nil {
			if at == top {
				return err
			}
			if !errors.Is(err, fs.ErrNotExist) { // gone between listing and looking: nothing to take
				faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "check who may read it"})
			}
			return nil
		}
		if at != top && PassedOver(entry.Name()) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() || !Wanted(f.patterns, name) {
			return nil
		}
		info, err := look(root, below, entry)
		switch {
		case errors.Is(err, ErrNoFile):
			faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "take it out of the folder"})
		case errors.Is(err, fs.ErrNotExist) && entry.Type()&fs.ModeSymlink == 0: // gone since it was listed
		case errors.Is(err, ErrLink):
			faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "put the file itself there"})
		case err != nil:
			faults = append(faults, &pipelines.Fault{Op: "read folder", At: name, Err: err, Next: "check who may read it"})
		default:
			found = append(found, candidate{name: name, dir: f.dir, below: below, info: info})
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

// look says what a file is. A link is followed within the folder, and only to a file.
func look(root *os.Root, below string, entry fs.DirEntry) (fs.FileInfo, error) {
	if entry.Type()&fs.ModeSymlink == 0 {
		info, err := entry.Info()
		if err == nil && !info.Mode().IsRegular() {
			err = ErrNoFile
		}
		return info, err
	}
	info, err := root.Stat(below)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	case err != nil: // it leads out of the folder, to nothing, or in a circle
		return nil, pipelines.Errorf("%w: it leads to no file of this folder", ErrLink)
	case !info.Mode().IsRegular():
		return nil, pipelines.Errorf("%w: it leads to a folder", ErrLink)
	}
	return info, nil
}

// stable tells the files that have kept still for the settle time from those that are growing, waiting once for those
// that are younger. What is gone by then is neither.
func (f *folder) stable(ctx context.Context, found []candidate) (still, growing []candidate, err error) {
	now := time.Now()
	young := func(c candidate) bool {
		age := now.Sub(c.info.ModTime())
		return age < settle && age > -settle // a time in the future is a wrong clock, not a write in progress
	}
	if !slices.ContainsFunc(found, young) {
		return found, nil, nil
	}
	if err := f.pause(ctx, settle); err != nil {
		return nil, nil, err
	}
	for _, c := range found {
		if young(c) {
			switch info, err := os.Stat(c.path()); {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil || !unchanged(info, c.info):
				growing = append(growing, c)
				continue
			}
		}
		still = append(still, c)
	}
	return still, growing, nil
}

func unchanged(a, b fs.FileInfo) bool { return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) }

// watched reads a file and compares it at the end with what it was when it was listed.
type watched struct {
	file *os.File
	ctx  context.Context
	was  fs.FileInfo
}

func open(ctx context.Context, file func() (*os.File, error), was fs.FileInfo) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opened, err := file()
	if err != nil {
		return nil, err
	}
	return &watched{file: opened, ctx: ctx, was: was}, nil
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
