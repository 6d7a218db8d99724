package check

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/source"
)

// landedTown makes a town into which files have landed, and nothing else happened.
func landedTown(t *testing.T, contents ...string) (dir string, files []land.File) {
	t.Helper()
	dir = t.TempDir()
	store, err := land.Open(filepath.Join(dir, landedName))
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range contents {
		name := "file of " + content + ".csv"
		if _, _, err := store.Land(t.Context(), source.Item{Name: name, Origin: "inbox/" + name, ModTime: time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC), Size: int64(len(content)),
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}); err != nil {
			t.Fatal(err)
		}
	}
	return dir, store.Files()
}

func repaired(t *testing.T, dir string) (log string, err error) {
	t.Helper()
	var said bytes.Buffer
	_, err = Repair(t.Context(), Config{Dir: dir, Inbox: filepath.Join(dir, "inbox")}, slog.New(slog.NewTextHandler(&said, nil)))
	return said.String(), err
}

func codes(t *testing.T, dir string) (all []pipelines.FindingCode) {
	t.Helper()
	report, err := Town(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if !f.Note {
			all = append(all, f.Code)
		}
	}
	return all
}

// TestALineOfAFileThatWasNotLoadedIsPutTogether: no database knows it, but its content lies there under its hash. The numbers
// that were given stay, whatever is damaged.
func TestALineOfAFileThatWasNotLoadedIsPutTogether(t *testing.T) {
	for name, harm := range map[string]func(line []byte) []byte{
		"a letter of the name": func(line []byte) []byte { line[bytes.Index(line, []byte("file of"))] = 'F'; return line },
		"a digit of the id":    func(line []byte) []byte { at := bytes.Index(line, []byte(`"id":"`)) + 10; line[at] ^= 1; return line },
		"a brace":              func(line []byte) []byte { line[0] = '['; return line },
		"the number":           func(line []byte) []byte { line[bytes.Index(line, []byte(`"no":`))+5] = '9'; return line },
		"half of it is garbage": func(line []byte) []byte {
			copy(line[len(line)/2:], bytes.Repeat([]byte("#"), len(line)/2))
			return line
		},
		"all of it is garbage": func(line []byte) []byte { return bytes.Repeat([]byte("#"), len(line)) },
	} {
		for damaged := range 3 {
			dir, files := landedTown(t, "a", "b", "c")
			manifest := land.Manifest(filepath.Join(dir, landedName))
			content, err := os.ReadFile(manifest)
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.Split(content, []byte("\n"))
			lines[damaged] = harm(lines[damaged])
			if err := os.WriteFile(manifest, bytes.Join(lines, []byte("\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := codes(t, dir); !slices.Equal(got, []pipelines.FindingCode{pipelines.FoundManifestLine}) {
				t.Errorf("%s: found %v", name, got)
			}
			if log, err := repaired(t, dir); err != nil {
				t.Fatalf("%s of line %d: %v\n%s", name, damaged+1, err, log)
			}
			store, err := land.Open(filepath.Join(dir, landedName))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := store.Files()
			ignored := cmpopts.IgnoreFields(land.File{}, "Name", "Origin", "ReceivedAt", "LandedAt")
			if diff := cmp.Diff(files, got, ignored); diff != "" {
				t.Errorf("%s of line %d (-want +got):\n%s", name, damaged+1, diff)
			}
			for i, f := range got {
				if i != damaged && !cmp.Equal(f, files[i]) || f.Name == "" || f.LandedAt.IsZero() {
					t.Errorf("%s of line %d: file %d is %+v", name, damaged+1, i+1, f)
				}
			}
			if got := codes(t, dir); len(got) != 0 {
				t.Errorf("%s: after the repair %v", name, got)
			}
		}
	}
}

// TestTheLineOfAnEntryIsPutTogetherAsOne: what people entered, and no run has loaded, must stay theirs whatever is left of its line.
func TestTheLineOfAnEntryIsPutTogetherAsOne(t *testing.T) {
	dir, _ := landedTown(t, "a")
	store, err := land.Open(filepath.Join(dir, landedName))
	if err != nil {
		t.Fatal(err)
	}
	const content = "{}\n"
	entered, _, err := store.Land(t.Context(), source.Item{Name: "set_asides.ndjson", Origin: pipelines.OriginEntered, ModTime: time.Now(), Size: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }})
	if err != nil {
		t.Fatal(err)
	}
	manifest := land.Manifest(filepath.Join(dir, landedName))
	whole, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, harm := range []string{`"entered"`, `"set_asides.ndjson"`, entered.ID, `{"no":2`} {
		damaged := bytes.Replace(whole, []byte(harm), []byte(strings.Repeat("#", len(harm))), 1)
		if err := os.WriteFile(manifest, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if log, err := repaired(t, dir); err != nil {
			t.Fatalf("%s: %v\n%s", harm, err, log)
		}
		again, err := land.Open(filepath.Join(dir, landedName))
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Files()[1]; got.ID != entered.ID || got.Name != entered.Name || !got.Alone() {
			t.Errorf("%s: %+v", harm, got)
		}
	}
}

// TestALineOfWhichNothingIsKnownIsNeverGuessed: in the middle nothing is changed, at the end it is left out.
func TestALineOfWhichNothingIsKnownIsNeverGuessed(t *testing.T) {
	for damaged, want := range map[int]int{1: 0, 2: 2} {
		dir, files := landedTown(t, "a", "b", "c")
		manifest := land.Manifest(filepath.Join(dir, landedName))
		content, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(content, []byte("\n"))
		lines[damaged] = []byte("garbage")
		harmed := bytes.Join(lines, []byte("\n"))
		if err := errors.Join(os.WriteFile(manifest, harmed, 0o600), os.Remove(land.Path(filepath.Join(dir, landedName), files[damaged].ID))); err != nil {
			t.Fatal(err)
		}
		log, err := repaired(t, dir)
		if want == 0 {
			left, readErr := os.ReadFile(manifest)
			if !errors.Is(err, pipelines.ErrDamaged) || !strings.Contains(err.Error(), "line 2") || readErr != nil || !bytes.Equal(left, harmed) {
				t.Errorf("in the middle: %v, %v\n%s", err, readErr, log)
			}
			continue
		}
		store, openErr := land.Open(filepath.Join(dir, landedName))
		if err != nil || openErr != nil || len(store.Files()) != want || !strings.Contains(log, "left out") {
			t.Errorf("at the end: %v, %v\n%s", err, openErr, log)
		}
	}
}

// TestLeftoversAreRemovedUnlessSomebodyMayBeWriting puts down what killed processes leave.
func TestLeftoversAreRemovedUnlessSomebodyMayBeWriting(t *testing.T) {
	dir, _ := landedTown(t, "a")
	old, fresh := time.Now().Add(-2*young), time.Now()
	gone := map[string]time.Time{"landed/.landing-1": fresh, ".loading-1/rows": fresh, "snapshots/gen-000002.duckdb.part": fresh, "marts/gen-000002.part/measures.parquet": fresh,
		"warehouse.duckdb.tmp/spill": fresh, "notices/.ab.json-1": old, "snapshots/gen-000001.duckdb.tmp": old, "closings/2018-01/.signed-1.json-1": old}
	stays := map[string]time.Time{"notices/.ab.json-2": fresh, "snapshots/gen-000009.duckdb.tmp": fresh, "inbox/.landing-1": old, "hulian.yaml": old, "mappings/visits.yaml": old}
	for _, set := range []map[string]time.Time{gone, stays} {
		for name, at := range set {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("half"), 0o600), os.Chtimes(path, at, at)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := codes(t, dir); len(got) != 0 {
		t.Errorf("leftovers are damage: %v", got)
	}
	if log, err := repaired(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	for set, want := range map[bool]map[string]time.Time{false: gone, true: stays} {
		for name := range want {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); (err == nil) != set {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestATownThatMayNotBeReadIsNotCalledClean(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir, files := landedTown(t, "a")
	if err := os.Chmod(land.Path(filepath.Join(dir, landedName), files[0].ID), 0); err != nil {
		t.Fatal(err)
	}
	if got := codes(t, dir); !slices.Equal(got, []pipelines.FindingCode{pipelines.FoundUnreadable}) {
		t.Errorf("found %v", got)
	}
}
