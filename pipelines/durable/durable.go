package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Permissions of what belongs to a town: its owner's alone, because rows tell of persons and the configuration may hold a key.
const (
	FileMode fs.FileMode = 0o600
	DirMode  fs.FileMode = 0o700
)

// Aside is the pattern, as of os.CreateTemp and path.Match, of the names under which content for the file at path is
// written before it is complete.
func Aside(path string) string { return "." + filepath.Base(path) + "-*" }

// Write puts content at path, with the permissions of mode; what is there is replaced. The folder must be there.
func Write(path string, content []byte, mode fs.FileMode) error {
	aside, err := os.CreateTemp(filepath.Dir(path), Aside(path))
	if err != nil {
		return err
	}
	_, err = aside.Write(content)
	err = errors.Join(err, aside.Chmod(mode), aside.Sync(), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(aside.Name()))
	}
	return Sync(filepath.Dir(path))
}

// MkdirAll makes a folder and those missing above it, open to their owner alone, so that their names last: a synced file is gone all the same when
// the folder it lies in is.
func MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := MkdirAll(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, DirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return Sync(above)
}

// Sync makes the content of a file, or the names in a folder, last through a power cut.
func Sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
