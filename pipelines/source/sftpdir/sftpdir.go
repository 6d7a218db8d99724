package sftpdir

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

type folder struct {
	name   string
	config Config
	line   *line
	memory source.Memory
	pause  func(context.Context, time.Duration) error
}

// New makes a source of a configuration. Files whose version memory holds are not offered; nil remembers nothing.
func New(name string, c Config, memory source.Memory) (source.Source, error) {
	c = c.filled()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &folder{name: name, config: c, line: &line{config: c}, memory: memory, pause: source.Pause}, nil
}

func (f *folder) Name() string { return f.name }

// at is where a path is found, for people.
func (f *folder) at(name string) string {
	return source.Readable("sftp://" + f.config.User + "@" + f.config.Address + "/" + strings.TrimPrefix(name, "/"))
}

func (f *folder) Items(ctx context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		found, faults, err := f.look(ctx)
		var growing []entry
		if err == nil && len(found) > 0 {
			found, growing, err = f.stable(ctx, found)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(source.Item{}, f.fault("read folder", f.config.Folder, err))
			return
		}
		for _, problem := range faults {
			if !yield(source.Item{Name: source.Readable(problem.name), Origin: f.at(problem.path)}, f.fault("read", problem.path, problem.err)) {
				return
			}
		}
		for _, one := range growing {
			if !yield(source.Item{Name: source.Readable(one.name), Origin: f.at(one.path)}, &pipelines.Fault{Op: "fetch", At: f.at(one.path), Err: source.ErrChanged, Next: source.WhenComplete}) {
				return
			}
		}
		for _, one := range found {
			if ctx.Err() != nil {
				yield(source.Item{}, ctx.Err())
				return
			}
			if !yield(f.item(one), nil) {
				return
			}
		}
	}
}

// entry is a file as it stood at one look, or what went wrong with it.
type entry struct {
	name, path string
	info       fs.FileInfo
	err        error
}

func (e entry) version() string {
	return fmt.Sprintf("%d bytes, changed %s", e.info.Size(), e.info.ModTime().UTC().Format(time.RFC3339))
}

func (f *folder) item(e entry) source.Item {
	return source.Item{
		Name: source.Readable(e.name), Origin: f.at(e.path), ModTime: e.info.ModTime(), Size: e.info.Size(), Version: e.version(),
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return transfer.Open(ctx, f.config.Limits, transfer.Content{
				Size:  e.info.Size(),
				Fault: func(err error) error { return f.fault("fetch", e.path, err) },
				Open:  func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) { return f.open(ctx, e, offset) },
			})
		},
	}
}

// look lists the wanted files that have not landed yet, oldest first, and what cannot be looked at.
func (f *folder) look(ctx context.Context) (found, faults []entry, err error) {
	all, err := transfer.Do(ctx, f.config.Limits, func(ctx context.Context, alive func()) ([]entry, error) {
		client, leave, err := f.line.take(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
		alive()
		return f.walk(ctx, client, alive)
	})
	for _, e := range all {
		switch {
		case e.err != nil:
			faults = append(faults, e)
		case f.memory == nil || f.memory.Landed(f.at(e.path)) != e.version():
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b entry) int {
		if order := a.info.ModTime().Compare(b.info.ModTime()); order != 0 {
			return order
		}
		return strings.Compare(a.name, b.name)
	})
	return found, faults, err
}

func (f *folder) walk(ctx context.Context, client *sftp.Client, alive func()) (all []entry, err error) {
	for folders := []string{"."}; len(folders) > 0; {
		inner := folders[0]
		folders = folders[1:]
		infos, err := client.ReadDirContext(ctx, path.Join(f.config.Folder, inner))
		alive()
		if err != nil {
			switch {
			case !answered(err):
				return nil, err
			case inner == ".":
				return nil, transfer.Permanent(err)
			case !errors.Is(err, fs.ErrNotExist): // gone between two answers: nothing to take
				all = append(all, entry{name: inner, path: path.Join(f.config.Folder, inner), err: err})
			}
			continue
		}
		for _, info := range infos {
			if source.PassedOver(info.Name()) {
				continue
			}
			if strings.ContainsAny(info.Name(), "/\x00") { // a server's way out of the folder
				return nil, transfer.Permanent(pipelines.Errorf("the server lists a file called %q", info.Name()))
			}
			e := entry{name: path.Join(inner, info.Name()), info: info}
			e.path = path.Join(f.config.Folder, e.name)
			if info.IsDir() {
				folders = append(folders, e.name)
				continue
			}
			if !source.Wanted(f.config.Patterns, source.Readable(e.name)) {
				continue
			}
			if info.Mode()&fs.ModeSymlink != 0 { // to a file: taken; to a folder: not followed, it may lead in a circle
				if e.info, e.err = client.Stat(e.path); e.err != nil && !answered(e.err) {
					return nil, e.err
				}
				alive()
			}
			if e.err != nil || e.info.Mode().IsRegular() {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// answered tells what the server says of a path from a broken connection.
func answered(err error) bool {
	var said *sftp.StatusError
	return errors.As(err, &said) && !errors.Is(err, sftp.ErrSSHFxConnectionLost) && !errors.Is(err, sftp.ErrSSHFxNoConnection) ||
		errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}

// stable tells the files a second look finds unchanged from those that are growing: they come with a later pass, as do
// those that were not there at the first look. The server's clock is not ours, so that no file is taken to be old by its
// date.
func (f *folder) stable(ctx context.Context, found []entry) (still, growing []entry, err error) {
	if err := f.pause(ctx, f.config.Settle); err != nil {
		return nil, nil, err
	}
	again, _, err := f.look(ctx)
	if err != nil {
		return nil, nil, err
	}
	before := map[string]string{}
	for _, e := range found {
		before[e.path] = e.version()
	}
	for _, e := range again {
		switch before[e.path] {
		case e.version():
			still = append(still, e)
		case "":
		default:
			growing = append(growing, e)
		}
	}
	return still, growing, nil
}

func (f *folder) open(ctx context.Context, e entry, offset int64) (_ io.ReadCloser, start int64, err error) {
	client, leave, err := f.line.take(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			leave()
		}
	}()
	file, err := client.Open(e.path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = pipelines.Errorf("%w: %w", source.ErrChanged, err)
		} else if answered(err) {
			err = transfer.Permanent(err)
		}
		return nil, 0, err
	}
	pieces := int(min(1<<20, e.info.Size()+1)) // a large read is asked for in parallel
	b := &body{Reader: bufio.NewReaderSize(file, pieces), file: file, listed: e, leave: leave}
	if err := b.unchanged(); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return b, offset, nil
}

// body reads a file and compares it at the end with what it was when it was listed.
type body struct {
	*bufio.Reader
	file   *sftp.File
	listed entry
	leave  func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if transfer.AtEnd(err) {
		if changed := b.unchanged(); changed != nil {
			err = changed
		}
	}
	return n, err
}

func (b *body) unchanged() error {
	info, err := b.file.Stat()
	if err == nil && (entry{info: info}).version() != b.listed.version() {
		err = source.ErrChanged
	}
	return err
}

func (b *body) Close() error {
	defer b.leave()
	return b.file.Close()
}

func (f *folder) fault(op, path string, err error) error {
	var stranger *strangerError
	var refused *refusedError
	next := "check that the server can be reached from here; the next run tries again"
	switch {
	case errors.Is(err, secret.ErrUnread):
		next = secret.Advice
	case errors.As(err, &stranger) && stranger.fatal:
		next = "do not connect: somebody may sit in between; ask who keeps the server whether its key has changed"
	case errors.As(err, &stranger):
		next = "ask who keeps the server whether the fingerprint is right, then add it to host_keys"
	case errors.As(err, &refused):
		next = "check user, password and key"
	case errors.Is(err, source.ErrChanged):
		next = "it is taken with the next run, once it is complete"
	case errors.Is(err, transfer.ErrTooLarge):
		next = "raise max_size under limits if the file is meant to be this large"
	case errors.Is(err, fs.ErrNotExist):
		next = "check the path of the folder"
	case errors.Is(err, fs.ErrPermission):
		next = "check what the user may read on the server"
	}
	return &pipelines.Fault{Op: op, At: f.at(path), Err: err, Next: next}
}
