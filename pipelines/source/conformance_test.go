package source_test

import (
	"os"
	"path/filepath"
	"testing"

	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
)

func write(t *testing.T, files []sourcetest.File) (dir string, paths []string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range files {
		at := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, f.ModTime, f.ModTime); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, at)
	}
	return dir, paths
}

func TestFolderConforms(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files []sourcetest.File) source.Source {
		dir, _ := write(t, files)
		return source.Folder(dir)
	})
}

func TestFilesConforms(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files []sourcetest.File) source.Source {
		_, paths := write(t, files)
		if len(paths) == 0 {
			return source.Files(t.TempDir())
		}
		return source.Files(paths...)
	})
}
