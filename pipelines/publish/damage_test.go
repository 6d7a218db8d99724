package publish

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// hurt overwrites a part of a file: the content from at on, counted from the end where at is negative.
func hurt(t *testing.T, path string, at int, with string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 {
		at += len(content)
	}
	copy(content[at:], with)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// reading opens a reader for the time of a test.
func reading(t *testing.T, dir string, o ReaderOptions) *Reader {
	t.Helper()
	r, err := OpenReader(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// twoGenerations gives a folder with a warehouse and what was published of it, 7/10 and then 8/10. It is made once and copied.
func twoGenerations(t *testing.T) (w *warehouse.Warehouse, dir string) {
	t.Helper()
	made, dir := filepath.Join(scratch, "two generations"), t.TempDir()
	if _, err := os.Stat(made); errors.Is(err, os.ErrNotExist) {
		copyTown(t, filepath.Join(dir, "warehouse.duckdb"))
		first, err := warehouse.Open(t.Context(), warehouse.Config{Path: filepath.Join(dir, "warehouse.duckdb"), Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, issue := range []string{"", "I8"} {
			if issue != "" {
				resolveOne(t, first, issue)
			}
			if _, err := Publish(t.Context(), first, dir, Manifest{Version: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		mustClose(t, first)
		if err := os.Rename(dir, made); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(t.TempDir(), "town")
	if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.Open(t.Context(), warehouse.Config{Path: filepath.Join(dir, "warehouse.duckdb"), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, w) })
	return w, dir
}

// TestADamagedGenerationIsServedByTheOneBeforeAndPublishedAnew damages what is published in every way. Readers, one that is
// open and one that opens, go on with what is whole and say so; the next Publish, of the same content, makes a whole
// generation, which both then read.
func TestADamagedGenerationIsServedByTheOneBeforeAndPublishedAnew(t *testing.T) {
	w, whole := twoGenerations(t)
	at := func(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	const database, manifest, current = "snapshots/gen-000002.duckdb", "snapshots/gen-000002.json", "snapshots/current"
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(at(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(at(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	over := func(name string, from int, with string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { hurt(t, at(dir, name), from, with) }
	}
	pointer, err := os.ReadFile(at(whole, current))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		harm  func(*testing.T, string)
		serve string // by a reader that opens, before the next Publish
	}{
		"database gone":               {remove(database), "7/10"},
		"database truncated":          {func(t *testing.T, dir string) { truncate(t, at(dir, database)) }, "7/10"},
		"database header":             {over(database, 100, "garbage"), "7/10"},
		"a block of the database":     {over(database, 3*4096+100, "garbage in a block of rows"), "7/10"},
		"the end of the database":     {over(database, -100, "garbage"), "7/10"},
		"database is text":            {write(database, "no database"), "7/10"},
		"manifest gone":               {remove(manifest), "7/10"},
		"manifest empty":              {write(manifest, ""), "7/10"},
		"a word of the manifest":      {over(manifest, 200, "#"), "7/10"},
		"the hash of the manifest":    {over(manifest, -20, "#"), "7/10"},
		"pointer gone":                {remove(current), "8/10"},
		"pointer garbage":             {write(current, "garbage\n"), "8/10"},
		"pointer empty":               {write(current, ""), "8/10"},
		"pointer to one that is gone": {write(current, "9 "+strings.Fields(string(pointer))[1]+"\n"), "8/10"},
		"pointer to an older one":     {write(current, "1 "+strings.Fields(string(pointer))[1]+"\n"), "8/10"},
		"an old pointer, to no one":   {write(current, "9\n"), "8/10"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			before := reading(t, dir, ReaderOptions{Verify: true})
			c.harm(t, dir)
			var log bytes.Buffer
			after := reading(t, dir, ReaderOptions{Verify: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			q, g, release, err := after.Pin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := resolved(t, q); got != c.serve || g.Instead == nil || !strings.Contains(g.Instead.Error(), republish) {
				t.Errorf("serves %s, want %s; it says: %v", got, c.serve, g.Instead)
			}
			release()
			if !strings.Contains(log.String(), "an older one is served") {
				t.Errorf("the log says nothing: %s", log.String())
			}
			if err := readAround(t, before); err != nil {
				t.Errorf("the reader that was open: %v", err)
			}

			anew, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
			if err != nil || anew.Number != 3 {
				t.Fatalf("published anew: generation %d, %v", anew.Number, err)
			}
			if err := errors.Join(Verify(t.Context(), dir, anew), VerifyContent(t.Context(), anew)); err != nil {
				t.Errorf("published anew: %v", err)
			}
			for _, r := range []*Reader{before, after} {
				q, g, release, err := r.Pin(t.Context())
				if err != nil || g.Number != 3 || g.Instead != nil {
					t.Fatalf("after it was published anew: generation %d in the place of another: %v, %v", g.Number, g.Instead, err)
				}
				if got := resolved(t, q); got != "8/10" {
					t.Errorf("after it was published anew: %s", got)
				}
				release()
			}
			if again, err := Publish(t.Context(), w, dir, Manifest{Version: "test"}); err != nil || again.Number != 3 {
				t.Errorf("once more: generation %d, %v", again.Number, err)
			}
		})
	}
}

// readAround reads from a reader whose file may have been damaged while it was open: one query may fail, the next may not.
func readAround(t *testing.T, r *Reader) (err error) {
	t.Helper()
	for range 2 {
		q, _, release, pinned := r.Pin(t.Context())
		if pinned != nil {
			return pinned
		}
		_, err = q.Query(t.Context(), "select * from measures")
		release()
		if err == nil || !errors.Is(err, pipelines.ErrDamaged) {
			return err
		}
	}
	return err
}

func truncate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamageFoundWhileReadingTurnsTheReaderToTheOneBefore: a command does not hash what it reads, and nothing hashes what is
// damaged after it was opened.
func TestDamageFoundWhileReadingTurnsTheReaderToTheOneBefore(t *testing.T) {
	_, dir := twoGenerations(t)
	r := reading(t, dir, ReaderOptions{})
	path := filepath.Join(dir, snapshotFolder, "gen-000002.duckdb")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(3 * 4096); at < info.Size(); at += 100_000 { // a bit in every block
		hurt(t, path, int(at), "#")
	}
	damaged := false
	for range 3 {
		q, g, release, err := r.Pin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		table, err := q.Query(context.Background(), "select cast(numerator as bigint) from measures where measure = 'resolution_rate' and level = 'town' and month = '2018-01'")
		release()
		switch {
		case errors.Is(err, pipelines.ErrDamaged) && g.Number == 2:
			damaged = true
		case err != nil || g.Number != 1 || g.Instead == nil || table.Rows[0][0] != int64(7):
			t.Errorf("generation %d: %v, %v; in the place of another: %v", g.Number, table.Rows, err, g.Instead)
		}
	}
	if !damaged {
		t.Error("no damage was met")
	}
}

// TestDamagedMartsArePublishedAnew: nobody here reads them, other tools do.
func TestDamagedMartsArePublishedAnew(t *testing.T) {
	w, dir := twoGenerations(t)
	path := filepath.Join(dir, martsFolder, "gen-000002", "measures.parquet")
	hurt(t, path, 100, "#")
	g, err := Current(dir)
	if err != nil || g.Number != 2 || g.Instead != nil {
		t.Fatalf("%+v, %v", g.Number, err)
	}
	if err := Verify(t.Context(), dir, g); !errors.Is(err, pipelines.ErrDamaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("verified: %v", err)
	}
	anew, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
	if err != nil || anew.Number != 3 || Verify(t.Context(), dir, anew) != nil {
		t.Errorf("generation %d, %v", anew.Number, err)
	}
}

// TestAGenerationOfAnOlderVersionIsPublishedOnceMore: nothing tells whether its files are what was written.
func TestAGenerationOfAnOlderVersionIsPublishedOnceMore(t *testing.T) {
	w, dir := twoGenerations(t)
	g, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, snapshotFolder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("current", "2\n")
	write("gen-000002.json", `{"generation": 2, "hash": "`+g.Hash+`", "tables": []}`)
	if old, err := Current(dir); err != nil || old.Number != 2 || old.Instead != nil {
		t.Errorf("generation %d, %v", old.Number, err)
	}
	for range 2 {
		if anew, err := Publish(t.Context(), w, dir, Manifest{Version: "test"}); err != nil || anew.Number != 3 || anew.Hash != g.Hash {
			t.Errorf("generation %d, %v", anew.Number, err)
		}
	}
}

func TestWhatIsPublishedIsTheOwnersAlone(t *testing.T) {
	dir, w := t.TempDir(), town(t, "")
	for _, change := range []string{"", "update exports.issues set title = 'other'"} { // the second is built upon the first
		if change != "" {
			exec1(t, w, change)
		}
		if _, err := Publish(t.Context(), w, dir, Manifest{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{snapshotFolder, martsFolder} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[entry.IsDir()]; err == nil && info.Mode().Perm() != want {
				t.Errorf("%s: %v, want %v", path, info.Mode().Perm(), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
