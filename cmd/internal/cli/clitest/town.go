package clitest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/runner"
)

// Write writes a file.
func Write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Kept writes a file that has kept still for an hour, so that it is taken at once, and the folders above it.
func Kept(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	Write(t, path, content)
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
}

// VillageList is a list of n villages as a CSV. Every n is another file.
func VillageList(n int) []byte {
	var text strings.Builder
	text.WriteString("村编号,村名,镇\n")
	for i := range n {
		fmt.Fprintf(&text, "V%02d,第%d村,逍林镇\n", i, i)
	}
	return []byte(text.String())
}

// VillagesTown is a town with three villages, published.
func VillagesTown(t testing.TB) (town string) {
	t.Helper()
	return made(t, "villages", func(dir string) {
		Kept(t, filepath.Join(dir, "inbox", "villages.csv"), VillageList(3))
		Kept(t, filepath.Join(dir, "hulian.yaml"), []byte("schedule: off\nthreads: 1\n")) // a question without an end takes one processor
		if status, _, stderr := Process(t, "run", "--dir", dir); status != Done {
			t.Fatal(stderr)
		}
	})
}

// VillagesOf is the number of villages that are published.
func VillagesOf(t testing.TB, town string) string {
	t.Helper()
	_, out, stderr := Process(t, "query", "--dir", town, "--format", "csv", "select count(*) from villages")
	if out == "" {
		t.Fatal(stderr)
	}
	return strings.TrimSpace(strings.TrimPrefix(out, "count_star()\n"))
}

// Boxes lists the uploads that a town keeps.
func Boxes(t testing.TB, town string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(town, "uploads"))
	Must(t, err)
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// Copied copies a town, or files into it, with their times: a file that has just changed would be left for later.
func Copied(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		return errors.Join(os.WriteFile(filepath.Join(to, name), content, 0o644), os.Chtimes(filepath.Join(to, name), info.ModTime(), info.ModTime()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// AwaitRun waits until a town has n runs and the newest has ended.
func AwaitRun(t testing.TB, town string, n int) pipelines.Run {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		history, err := runner.History(town)
		if err != nil {
			t.Fatal(err)
		}
		if len(history) >= n && history[0].State != pipelines.RunRunning {
			return history[0]
		}
	}
	t.Fatalf("run %d does not come", n)
	return pipelines.Run{}
}

// Landed lists what has landed and holds every file to its hash.
func Landed(t testing.TB, town string) []land.File {
	t.Helper()
	store, err := land.Open(filepath.Join(town, "landed"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range store.Files() {
		content, err := os.ReadFile(store.Path(file.ID))
		sum := sha256.Sum256(content)
		if err != nil || hex.EncodeToString(sum[:]) != file.ID {
			t.Fatalf("%s has landed and is not what it was: %v", file.Name, err)
		}
	}
	return store.Files()
}

// Litter reports files of a town that were written aside and never put in place.
func Litter(t testing.TB, town string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(town, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		aside := strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(entry.Name(), ".part") || strings.HasSuffix(entry.Name(), ".tmp")
		if aside && at != town {
			found = append(found, strings.TrimPrefix(at, town))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Sort(found); len(found) > 0 {
		t.Errorf("left lying about: %v", found)
	}
}
