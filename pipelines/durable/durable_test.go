package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines/durable"
)

// names lists what lies in a folder, hidden files included.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestAFileIsReplacedWholeAndNothingIsLeftBeside(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "runs.json")
	for _, content := range []string{"the first, which is longer", "the second"} {
		if err := durable.Write(at, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		if held, err := os.ReadFile(at); err != nil || string(held) != content {
			t.Errorf("%q, %v; want %q", held, err, content)
		}
	}
	info, err := os.Stat(at)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %s, want those asked for", info.Mode().Perm())
	}
	if diff := cmp.Diff([]string{"runs.json"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatCannotBePutInPlaceLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(at, "by a folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := durable.Write(at, []byte("content"), 0o644); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if diff := cmp.Diff([]string{"taken"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if err := durable.Write(filepath.Join(dir, "missing", "file"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want that the folder is not there", err)
	}
}

// TestNamesWrittenAsideAreTheOnesAsideTells holds the two together: what a killed process leaves is found by the pattern.
func TestNamesWrittenAsideAreTheOnesAsideTells(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "paused.json")
	file, err := os.CreateTemp(dir, durable.Aside(at))
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := fs.Glob(os.DirFS(dir), durable.Aside(at))
	if err != nil || len(found) != 1 || found[0][0] != '.' {
		t.Errorf("%v, %v; want the one hidden file", found, err)
	}
}

func TestFoldersAreMadeToTheLast(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	for range 2 {
		if err := durable.MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			t.Fatalf("%v, %v", info, err)
		}
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := durable.MkdirAll(filepath.Join(blocked, "below")); err == nil {
		t.Error("a folder below a file was made")
	}
}
