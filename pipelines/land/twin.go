package land

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// Alone reports whether nobody can send a file again: people entered it in the program. It lies there twice.
func (f File) Alone() bool { return f.Origin == pipelines.OriginEntered }

// Twin is where the second copy of a file lies that nobody can send again. Its name tells the file's, for when its line is
// damaged.
func Twin(dir string, f File) string { return Path(dir, f.ID) + "." + filepath.Base(f.Name) }

// NameOfTwin is the name of the file of which a second copy of some content lies there; empty: of none.
func NameOfTwin(dir, id string) string {
	found, err := filepath.Glob(Path(dir, id) + ".*")
	if err != nil || len(found) == 0 {
		return ""
	}
	return strings.TrimPrefix(filepath.Base(found[0]), id+".")
}

// Whole holds what lies there of one file to its hash: the content, and the second copy where there has to be one. What is
// gone or damaged gives a Damage with its place each; nothing is changed. The error is one that kept it from looking.
func Whole(ctx context.Context, dir string, f File) (damaged []*Damage, err error) {
	paths := []string{Path(dir, f.ID)}
	if f.Alone() {
		paths = append(paths, Twin(dir, f))
	}
	for _, path := range paths {
		err := verify(ctx, path, f)
		var damage *Damage
		switch {
		case errors.As(err, &damage):
			damaged = append(damaged, damage)
		case err != nil:
			return nil, err
		}
	}
	return damaged, nil
}

// Heal makes both copies of files that lie there twice whole again where one of them is, and lists those files.
func (s *Store) Heal(ctx context.Context) (healed []File, err error) {
	for _, f := range s.Files() {
		if !f.Alone() {
			continue
		}
		damaged, err := Whole(ctx, s.dir, f)
		if err != nil {
			return healed, err
		}
		if len(damaged) != 1 {
			continue
		}
		from, to, mode := s.Path(f.ID), Twin(s.dir, f), durable.FileMode
		if damaged[0].Path == from {
			from, to, mode = to, from, contentMode
		}
		if err := copied(from, to, mode); err != nil {
			return healed, &pipelines.Fault{Op: "put back landed file", At: to, Err: err, Next: "check the disk and who may write there"}
		}
		s.trust(f.ID)
		healed = append(healed, f)
	}
	return healed, nil
}

// copied makes a second copy of a small file that lasts.
func copied(from, to string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	return durable.Write(to, content, mode)
}

// verify holds one copy of a file to its hash. An error of the content is a *Damage.
func verify(ctx context.Context, path string, f File) error {
	content, err := open(ctx, path, f)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, content)
	return errors.Join(err, content.Close())
}
