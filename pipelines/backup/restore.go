package backup

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// largestManifest is the size up to which a manifest is read: a line a file, for a million landed files.
const largestManifest = 256 << 20

// archive is an open backup whose entries have been held against its manifest, though not yet their content.
type archive struct {
	io.Closer
	manifest Manifest
	entries  map[string]*zip.File
}

func open(from, passphrase string) (a *archive, err error) {
	file, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	plain, size, err := unsealed(file, passphrase)
	if err != nil {
		return nil, err
	}
	reader, err := zip.NewReader(plain, size)
	if err != nil {
		return nil, err
	}
	a = &archive{Closer: file, entries: map[string]*zip.File{}}
	for _, entry := range reader.File {
		if a.entries[entry.Name] != nil {
			return nil, pipelines.Errorf("%q stands twice", entry.Name)
		}
		a.entries[entry.Name] = entry
	}
	named := a.entries[manifestName]
	if named == nil {
		return nil, errNoBackup
	}
	content, err := read(named)
	if err != nil {
		return nil, pipelines.Errorf("%s: %w", manifestName, err)
	}
	if a.manifest, err = parseManifest(content); err != nil {
		return nil, err
	}
	if len(a.manifest.Files)+1 != len(a.entries) {
		return nil, pipelines.Errorf("it holds %d files, its manifest names %d", len(a.entries)-1, len(a.manifest.Files))
	}
	for _, f := range a.manifest.Files {
		entry := a.entries[f.Path]
		switch {
		case entry == nil:
			return nil, pipelines.Errorf("%s is missing", f.Path)
		case !entry.Mode().IsRegular():
			return nil, pipelines.Errorf("%s is no file", f.Path)
		}
	}
	return a, nil
}

func read(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, largestManifest+1))
	if err == nil && len(content) > largestManifest {
		err = errors.New("too large")
	}
	return content, err
}

// copyFile copies one file of the backup and holds it against the manifest.
func (a *archive) copyFile(ctx context.Context, f File, to io.Writer) (err error) {
	r, err := a.entries[f.Path].Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sum := sha256.New()
	// One byte more than announced is enough to see that it is too much: a bomb stops here.
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(cancelled{ctx, r}, f.Size+1))
	if err != nil {
		return err
	}
	if n != f.Size || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return errors.New("the content is not what the manifest says")
	}
	return nil
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Verify reads a backup through and holds every file against the manifest.
func Verify(ctx context.Context, from, passphrase string) (m Manifest, err error) {
	a, err := open(from, passphrase)
	if err != nil {
		return Manifest{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	for _, f := range a.manifest.Files {
		if err := a.copyFile(ctx, f, io.Discard); err != nil {
			return a.manifest, pipelines.Errorf("%s: %w", f.Path, err)
		}
	}
	return a.manifest, nil
}

// Occupied names the first part of a town that stands in dir, empty where there is none.
func Occupied(dir string) string {
	for _, part := range parts {
		if _, err := os.Lstat(filepath.Join(dir, part)); err == nil {
			return part
		}
	}
	return ""
}

// Restore puts the town of a backup into dir, which it makes. Where a town stands there already it refuses, or, with
// force, moves that one into the folder it returns as replaced. The caller holds the lock of dir where dir was there. The
// passphrase opens a backup that is encrypted.
func Restore(ctx context.Context, from, dir, passphrase string, force bool) (m Manifest, replaced string, err error) {
	defer func() {
		var said *pipelines.Fault // of the moment in which something has changed
		if err != nil && !errors.As(err, &said) {
			err = &pipelines.Fault{Op: "restore", At: from, Err: err, Next: cmp.Or(nextOf(err), "take another backup; nothing in "+dir+" has changed")}
		}
	}()
	if part := Occupied(dir); part != "" && !force {
		return m, "", pipelines.Errorf("%w: %s holds %s", errExists, dir, part)
	}
	a, err := open(from, passphrase)
	if err != nil {
		return m, "", err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	m = a.manifest
	if err := os.MkdirAll(dir, durable.DirMode); err != nil {
		return m, "", err
	}
	aside, err := os.MkdirTemp(dir, ".restoring-*")
	if err != nil {
		return m, "", err
	}
	defer func() {
		if left := os.RemoveAll(aside); left != nil {
			err = errors.Join(err, &pipelines.Fault{Op: "restore", At: aside, Err: left, Next: "remove this folder yourself; nothing reads it"})
		}
	}()
	for _, f := range m.Files {
		if err := a.unpack(ctx, f, aside); err != nil {
			return m, "", pipelines.Errorf("%s: %w", f.Path, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return m, "", err
	}
	replaced, err = moveAway(dir)
	if err != nil {
		return m, replaced, err
	}
	for _, part := range parts {
		err := os.Rename(filepath.Join(aside, part), filepath.Join(dir, part))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return m, replaced, &pipelines.Fault{Op: "put in place", At: part, Err: err, Next: "what was there lies in " + replaced + "; restore again with --force"}
		}
	}
	return m, replaced, durable.Sync(dir)
}

// unpack writes one verified file below aside.
func (a *archive) unpack(ctx context.Context, f File, aside string) (err error) {
	entry := a.entries[f.Path]
	to := filepath.Join(aside, filepath.FromSlash(f.Path)) // local: the manifest was checked
	if err := os.MkdirAll(filepath.Dir(to), durable.DirMode); err != nil {
		return err
	}
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return err
	}
	err = a.copyFile(ctx, f, file)
	if err == nil {
		err = errors.Join(file.Chmod(entry.Mode().Perm()&^0o077), file.Sync())
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Chtimes(to, time.Time{}, entry.Modified)
}

// moveAway puts the town that stands in dir into a folder beside, the pointer to its snapshot first. Where a part cannot
// be moved, those moved before are moved back.
func moveAway(dir string) (replaced string, err error) {
	if Occupied(dir) == "" {
		return "", nil
	}
	replaced, err = os.MkdirTemp(dir, "replaced-"+time.Now().UTC().Format("20060102T150405Z")+"-")
	if err != nil {
		return "", err
	}
	var moved []string
	for _, part := range slices.Backward(parts) {
		for _, name := range append([]string{part}, beside...) {
			err := os.Rename(filepath.Join(dir, name), filepath.Join(replaced, name))
			switch {
			case err == nil:
				moved = append(moved, name)
			case !errors.Is(err, fs.ErrNotExist):
				return moveBack(dir, replaced, moved, pipelines.Errorf("move %s away: %w", name, err))
			}
		}
	}
	return replaced, nil
}

// moveBack undoes moveAway and returns why; replaced is empty unless something stays there.
func moveBack(dir, replaced string, moved []string, why error) (string, error) {
	for _, name := range slices.Backward(moved) {
		if err := os.Rename(filepath.Join(replaced, name), filepath.Join(dir, name)); err != nil {
			return replaced, &pipelines.Fault{Op: "move back", At: name, Err: errors.Join(why, err),
				Next: "part of what was there lies in " + replaced + ": move it back by hand, then restore again"}
		}
	}
	return "", errors.Join(why, os.Remove(replaced))
}

// Name is how a backup made at a time is called.
func Name(at time.Time, encrypted bool) string {
	name := prefix + at.UTC().Format(stamp) + suffix
	if encrypted {
		name += Encrypted
	}
	return name
}

const (
	prefix = "hulian-"
	stamp  = "20060102T150405Z"
	suffix = ".zip"

	unfinished = ".backup-"     // of a backup that is being written
	writing    = 24 * time.Hour // no backup takes longer
)

// Retain deletes all but the newest keep backups of a folder, and those a killed process left half-written more than a
// day ago; nothing that is not called like one. It returns what it deleted.
func Retain(folder string, keep int) (deleted []string, err error) {
	entries, err := os.ReadDir(folder) // in order of name, which is order of time
	if err != nil {
		return nil, err
	}
	var backups []string
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && strings.HasPrefix(entry.Name(), unfinished) && info.Mode().IsRegular() && time.Since(info.ModTime()) > writing {
			if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil {
				return deleted, err
			}
			deleted = append(deleted, entry.Name())
			continue
		}
		middle, ok := strings.CutPrefix(entry.Name(), prefix)
		middle, isZip := strings.CutSuffix(strings.TrimSuffix(middle, Encrypted), suffix)
		if _, err := time.Parse(stamp, middle); ok && isZip && err == nil && entry.Type().IsRegular() {
			backups = append(backups, entry.Name())
		}
	}
	for len(backups) > max(keep, 1) {
		if err := os.Remove(filepath.Join(folder, backups[0])); err != nil {
			return deleted, err
		}
		deleted, backups = append(deleted, backups[0]), backups[1:]
	}
	return deleted, nil
}
