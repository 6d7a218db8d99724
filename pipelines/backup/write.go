package backup

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

// Options say how a backup is made.
type Options struct {
	Version string    // of the program
	Now     time.Time // zero: time.Now
	Force   bool      // a file that is there is replaced

	// Copy gives files that are written at all times, by their name in the folder: each is copied whole to the place named, by
	// whoever owns it, and the copy is backed up.
	Copy map[string]func(ctx context.Context, to string) error

	// Passphrase encrypts the file; empty: it is a plain zip file.
	Passphrase string
}

// Write backs a town's folder up into the file at to. The caller holds the town's lock (runner.Hold). Landed files that
// are damaged on the disk are backed up as they are and named in the manifest; the rest is worth keeping all the same.
func Write(ctx context.Context, dir, to string, o Options) (m Manifest, err error) {
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "back up", At: to, Err: err, Next: cmp.Or(nextOf(err), "check the disk and who may write there; earlier backups are as they were")}
		}
	}()
	if _, err := os.Stat(to); err == nil && !o.Force {
		return m, pipelines.Errorf("%w: the file is there already", errExists)
	}
	if err := checkpoint(ctx, filepath.Join(dir, "warehouse.duckdb")); err != nil {
		return m, err
	}
	paths, err := list(dir)
	if err != nil {
		return m, err
	}
	if len(paths) == 0 {
		return m, pipelines.Errorf("%s holds no town", dir)
	}
	m = Manifest{Format: format, MadeAt: cmp.Or(o.Now, time.Now()).UTC().Truncate(time.Second), Version: o.Version}
	switch current, err := publish.Current(dir); {
	case err == nil:
		m.Generation, m.Snapshot = current.Number, current.Hash
	case !errors.Is(err, pipelines.ErrNotPublished):
		return m, err
	}
	if err := os.MkdirAll(filepath.Dir(to), durable.DirMode); err != nil {
		return m, err
	}
	aside, err := os.CreateTemp(filepath.Dir(to), unfinished+"*") // readable by its owner only: the configuration may hold a key
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside.Name())) }() // nothing lies there any more once it is in place
	into, err := sealed(aside, o.Passphrase)
	if err == nil {
		err = pack(ctx, into, dir, paths, o.Copy, &m)
		err = errors.Join(err, into.Close())
	}
	if err := errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return m, err
	}
	if _, err := Verify(ctx, aside.Name(), o.Passphrase); err != nil {
		return m, pipelines.Errorf("read back what was written: %w", err)
	}
	if err := os.Rename(aside.Name(), to); err != nil {
		return m, err
	}
	return m, durable.Sync(filepath.Dir(to))
}

var errExists = errors.New("nothing is overwritten")

func nextOf(err error) string {
	if errors.Is(err, errExists) {
		return "name another place, or say --force"
	}
	if errors.Is(err, ErrNoPassphrase) || errors.Is(err, ErrWrongPassphrase) {
		return "name the passphrase it was made with: --passphrase env:NAME or --passphrase file:/path"
	}
	return ""
}

// checkpoint brings the log of the warehouse into its file, so that the file alone is the warehouse.
func checkpoint(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w, err := warehouse.Open(ctx, warehouse.Config{Path: path})
	if err != nil {
		return err
	}
	if err := errors.Join(w.Exec(ctx, "checkpoint"), w.Close()); err != nil {
		return err
	}
	if info, err := os.Stat(path + ".wal"); err == nil && info.Size() > 0 {
		return errors.New("the log of the warehouse could not be taken into it")
	}
	return nil
}

// list names the files of a town that are backed up. Of the snapshots it is the current one.
func list(dir string) ([]string, error) {
	current, err := publish.Current(dir)
	if err != nil && !errors.Is(err, pipelines.ErrNotPublished) {
		return nil, err
	}
	published := err == nil
	generation := strings.TrimSuffix(filepath.Base(current.Path), filepath.Ext(current.Path))
	keep := func(name string) bool {
		top, below, _ := strings.Cut(name, "/")
		if top != "snapshots" && top != "marts" {
			return true
		}
		return published && (below == "current" || below == generation+".json" || below == generation+".duckdb" || strings.HasPrefix(below, generation+"/"))
	}
	var found []string
	for _, part := range parts {
		err := filepath.WalkDir(filepath.Join(dir, part), func(at string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			name, err := filepath.Rel(dir, at)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			hidden := strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(entry.Name(), ".part") || strings.HasSuffix(entry.Name(), ".lock")
			switch {
			case entry.IsDir() && entry.Name() == "damaged": // what a repair has set aside
				return fs.SkipDir
			case entry.IsDir(), hidden, !keep(name): // hidden: written aside and never renamed
				return nil
			case part == "runs" && atWork(at): // the run that makes this backup: restored, it would count as one that was killed
				return nil
			case entry.Type()&fs.ModeSymlink != 0:
				info, err := os.Stat(at)
				if err != nil || !info.Mode().IsRegular() {
					return pipelines.Errorf("%s is a link that leads to no file", name)
				}
			case !entry.Type().IsRegular():
				return pipelines.Errorf("%s is no file", name)
			}
			found = append(found, name)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(found)
	return found, nil
}

// atWork reports whether the document of a run says that it has not ended.
func atWork(path string) bool {
	content, err := os.ReadFile(path)
	var run pipelines.Run
	return err == nil && json.Unmarshal(content, &run) == nil && run.State == pipelines.RunRunning
}

// pack writes every file and, last, the manifest.
func pack(ctx context.Context, to io.Writer, dir string, names []string, copies map[string]func(context.Context, string) error, m *Manifest) (err error) {
	aside, err := os.MkdirTemp("", "hulian-backup-*") // its owner's alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	archive := zip.NewWriter(to)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := filepath.Join(dir, filepath.FromSlash(name))
		if copied := copies[name]; copied != nil {
			from = filepath.Join(aside, filepath.Base(from))
			if err := copied(ctx, from); err != nil {
				return pipelines.Errorf("%s: %w", name, err)
			}
		}
		file, err := packFile(archive, from, name)
		if err != nil {
			return pipelines.Errorf("%s: %w", name, err)
		}
		m.Files = append(m.Files, file)
		if id := path.Base(name); strings.HasPrefix(name, "landed/") && len(id) == 64 && id != file.SHA256 {
			m.Damaged = append(m.Damaged, id)
		}
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: manifestName, Method: zip.Deflate, Modified: m.MadeAt})
	if err == nil {
		_, err = entry.Write(append(content, '\n'))
	}
	return errors.Join(err, archive.Close())
}

func packFile(archive *zip.Writer, from, name string) (f File, err error) {
	file, err := os.Open(from)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return f, err
	}
	header, err := zip.FileInfoHeader(info)
	if err != nil {
		return f, err
	}
	header.Name, header.Method = name, zip.Deflate
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return f, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(entry, sum), file)
	if err != nil {
		return f, err
	}
	if size != info.Size() {
		return f, pipelines.Errorf("it changed while it was read: %d bytes instead of %d", size, info.Size())
	}
	return File{Path: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
