package backup

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

func hashed(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, at, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// town makes a folder that holds a bit of every part, a real warehouse among them, and what must stay out.
func town(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	id := hashed("村编号\nV01\n")
	for name, content := range map[string]string{
		"hulian.yaml": "lang: zh\n", "programme.yaml": "", "standards.json": "{}", "mappings/city.yaml": "exporter: city\n", "runs/20180201T060000Z-0001.json": "{}",
		"landed/manifest.ndjson": "{}\n", "landed/" + id[:2] + "/" + id: "村编号\nV01\n",
		"snapshots/current": "2\n", "snapshots/gen-000001.json": "{}", "snapshots/gen-000001.duckdb": "old",
		"snapshots/gen-000002.json": `{"hash": "abc"}`, "snapshots/gen-000002.duckdb": "new", "marts/gen-000001/units.parquet": "old", "marts/gen-000002/units.parquet": "new",
		"inbox/late.csv": "not landed", "run.lock": "", "runs/.run-123": "written aside", "snapshots/gen-000003.json.part": "written aside", "backups/hulian-20180101T000000Z.zip": "earlier",
	} {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	w, err := warehouse.Open(t.Context(), warehouse.Config{Path: filepath.Join(dir, "warehouse.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"create table villages as select 'V01' as village_id"} {
		if err := w.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree reads every file below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, at)
		content, err := os.ReadFile(at)
		found[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatIsBackedUpComesBackByteForByte(t *testing.T) {
	dir := town(t)
	file := filepath.Join(t.TempDir(), "town.zip")
	at := time.Date(2018, 2, 1, 2, 30, 0, 0, time.UTC)
	made, err := Write(t.Context(), dir, file, Options{Version: "test", Now: at})
	if err != nil {
		t.Fatal(err)
	}
	if made.Generation != 2 || made.Snapshot != "abc" || !made.MadeAt.Equal(at) || len(made.Damaged) != 0 {
		t.Errorf("manifest %+v", made)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: keys may stand in it", info.Mode(), err)
	}
	again := filepath.Join(t.TempDir(), "again")
	restored, replaced, err := Restore(t.Context(), file, again, "", false)
	if err != nil || replaced != "" {
		t.Fatalf("%q, %v", replaced, err)
	}
	if diff := cmp.Diff(made, restored); diff != "" {
		t.Errorf("manifest (-made +restored):\n%s", diff)
	}
	want := tree(t, dir)
	for name := range want {
		for _, out := range []string{"inbox/", "run.lock", "runs/.", "snapshots/gen-000001", "marts/gen-000001", "snapshots/gen-000003", "backups/"} {
			if strings.HasPrefix(name, out) {
				delete(want, name)
			}
		}
	}
	if diff := cmp.Diff(want, tree(t, again)); diff != "" {
		t.Errorf("files (-town +restored):\n%.500s", diff)
	}
	before, err := os.Stat(filepath.Join(dir, "hulian.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(again, "hulian.yaml"))
	if err != nil || after.ModTime().Sub(before.ModTime()).Abs() > 2*time.Second || after.Mode().Perm() != before.Mode().Perm()&^0o077 {
		t.Errorf("time and mode: %v %v, were %v %v; of the mode only what others may is taken away", after.ModTime(), after.Mode(), before.ModTime(), before.Mode())
	}
}

func TestNothingIsOverwrittenUnlessTold(t *testing.T) {
	dir := town(t)
	file := filepath.Join(t.TempDir(), "town.zip")
	if _, err := Write(t.Context(), dir, file, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, file, Options{}); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("backup over a backup: %v", err)
	}
	if _, err := Write(t.Context(), dir, file, Options{Force: true}); err != nil {
		t.Errorf("with force: %v", err)
	}
	put(t, filepath.Join(dir, "warehouse.duckdb.wal"), "")
	put(t, filepath.Join(dir, "hulian.yaml"), "lang: en\n")
	before := tree(t, dir)
	if _, _, err := Restore(t.Context(), file, dir, "", false); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("restore over a town: %v", err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("a refused restore changed the town:\n%s", diff)
	}
	_, replaced, err := Restore(t.Context(), file, dir, "", true)
	if err != nil || filepath.Dir(replaced) != dir {
		t.Fatalf("%q, %v", replaced, err)
	}
	after, aside := tree(t, dir), tree(t, replaced)
	if after["hulian.yaml"] != "lang: zh\n" || aside["hulian.yaml"] != "lang: en\n" || after["inbox/late.csv"] != "not landed" {
		t.Errorf("restored %q, moved aside %q", after["hulian.yaml"], aside["hulian.yaml"])
	}
	if _, there := after["warehouse.duckdb.wal"]; there {
		t.Error("the log of the old warehouse lies beside the restored one")
	}
}

func TestADamagedLandedFileIsNamedAndKept(t *testing.T) {
	dir := town(t)
	id := hashed("村编号\nV01\n")
	put(t, filepath.Join(dir, "landed", id[:2], id), "rot")
	file := filepath.Join(t.TempDir(), "town.zip")
	made, err := Write(t.Context(), dir, file, Options{})
	if err != nil || len(made.Damaged) != 1 || made.Damaged[0] != id {
		t.Errorf("%v, %v", made.Damaged, err)
	}
}

func TestAFailedBackupLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, town(t), filepath.Join(folder, "town.zip"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Write(t.Context(), t.TempDir(), filepath.Join(folder, "town.zip"), Options{}); err == nil || !strings.Contains(err.Error(), "no town") {
		t.Errorf("an empty folder: %v", err)
	}
	linked := town(t)
	if err := os.Symlink("/nowhere", filepath.Join(linked, "mappings", "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), linked, filepath.Join(folder, "town.zip"), Options{}); err == nil || !strings.Contains(err.Error(), "mappings/link.yaml") {
		t.Errorf("a link to nothing: %v", err)
	}
	if left := tree(t, folder); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// entry is one entry of a zip file made by hand.
type entry struct {
	name, content string
	mode          fs.FileMode
}

func archived(t testing.TB, manifest any, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if manifest != nil {
		content, err := json.Marshal(manifest)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{name: manifestName, content: string(content)})
	}
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(0o644 | e.mode)
		to, err := w.CreateHeader(header)
		if err == nil {
			_, err = io.WriteString(to, e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func of(path, content string) File {
	return File{Path: path, Size: int64(len(content)), SHA256: hashed(content)}
}

func TestHostileBackupsAreRefusedAndChangeNothing(t *testing.T) {
	manifest := func(files ...File) Manifest { return Manifest{Format: 1, Files: files} }
	good := entry{name: "hulian.yaml", content: "lang: zh\n"}
	ok := of(good.name, good.content)
	whole := archived(t, manifest(ok), good)
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"no zip":               {[]byte("PK\x03\x04 nothing"), "zip"},
		"cut off":              {whole[:len(whole)/2], "zip"},
		"no manifest":          {archived(t, nil, good), "no backup of hulian"},
		"manifest of nonsense": {archived(t, nil, good, entry{name: manifestName, content: "["}), "cannot be read"},
		"newer":                {archived(t, Manifest{Format: 2, Files: []File{ok}}, good), "format 2"},
		"up and out":           {archived(t, manifest(of("landed/../../evil", "x")), entry{name: "landed/../../evil", content: "x"}), "leads out"},
		"from the root":        {archived(t, manifest(of("/etc/evil", "x")), entry{name: "/etc/evil", content: "x"}), "leads out"},
		"a drive":              {archived(t, manifest(of("landed/c:evil", "x")), entry{name: "landed/c:evil", content: "x"}), "leads out"},
		"backslashes":          {archived(t, manifest(of(`landed\..\..\evil`, "x")), entry{name: `landed\..\..\evil`, content: "x"}), "leads out"},
		"no part":              {archived(t, manifest(of(".bashrc", "x")), entry{name: ".bashrc", content: "x"}), "no part"},
		"twice":                {archived(t, manifest(ok, ok), good, good), "twice"},
		"twice but for case":   {archived(t, manifest(of("landed/A", "x"), of("landed/a", "x")), entry{name: "landed/A", content: "x"}, entry{name: "landed/a", content: "x"}), "twice"},
		"below a file":         {archived(t, manifest(of("landed/a", "x"), of("landed/a/b", "x")), entry{name: "landed/a", content: "x"}, entry{name: "landed/a/b", content: "x"}), "below a file"},
		"a link":               {archived(t, manifest(of("mappings/l", "/etc/passwd")), entry{name: "mappings/l", content: "/etc/passwd", mode: fs.ModeSymlink}), "no file"},
		"unnamed entry":        {archived(t, manifest(ok), good, entry{name: "landed/extra", content: "x"}), "names 1"},
		"missing entry":        {archived(t, manifest(ok, of("landed/a", "x")), good, entry{name: "landed/b", content: "x"}), "landed/a is missing"},
		"changed content":      {archived(t, manifest(ok), entry{name: good.name, content: "lang: en\n"}), "not what the manifest says"},
		"longer than it says":  {archived(t, manifest(ok), entry{name: good.name, content: good.content + strings.Repeat("x", 1<<20)}), "not what the manifest says"},
		"shorter than it says": {archived(t, manifest(ok), entry{name: good.name, content: "l"}), "not what the manifest says"},
	} {
		t.Run(name, func(t *testing.T) {
			around := t.TempDir()
			file, dir := filepath.Join(t.TempDir(), "b.zip"), filepath.Join(around, "in", "town")
			put(t, file, string(c.content))
			put(t, filepath.Join(dir, "hulian.yaml"), "mine\n")
			before := tree(t, around)
			_, _, err := Restore(t.Context(), file, dir, "", true)
			var fault *pipelines.Fault
			if err == nil || !strings.Contains(err.Error(), c.says) || !errors.As(err, &fault) || fault.Next == "" {
				t.Errorf("error %v does not say %q", err, c.says)
			}
			if diff := cmp.Diff(before, tree(t, around)); diff != "" {
				t.Errorf("the refused backup left (-before +after):\n%s", diff)
			}
		})
	}
}

// TestAnEncryptedBackupOpensWithItsPassphraseAlone looks for the town's own words in the file, and changes a byte of it.
func TestAnEncryptedBackupOpensWithItsPassphraseAlone(t *testing.T) {
	dir, folder := town(t), t.TempDir()
	const passphrase = "seven small lamps"
	file := filepath.Join(folder, Name(time.Now(), true))
	made, err := Write(t.Context(), dir, file, Options{Version: "test", Passphrase: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte("hulian.yaml")) || bytes.HasPrefix(content, []byte("PK")) {
		t.Error("the file can be read without a passphrase")
	}
	again := filepath.Join(folder, "again")
	for given, want := range map[string]error{"": ErrNoPassphrase, "seven small lamp": ErrWrongPassphrase} {
		var fault *pipelines.Fault
		if _, _, err := Restore(t.Context(), file, again, given, false); !errors.Is(err, want) || !errors.As(err, &fault) || !strings.Contains(fault.Next, "--passphrase") {
			t.Errorf("passphrase %q: %v", given, err)
		}
	}
	restored, _, err := Restore(t.Context(), file, again, passphrase, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, restored); diff != "" {
		t.Errorf("manifest (-made +restored):\n%s", diff)
	}
	content[len(content)-100] ^= 1
	put(t, file, string(content))
	if _, _, err := Restore(t.Context(), file, filepath.Join(folder, "third"), passphrase, false); err == nil {
		t.Error("a changed byte was not noticed")
	}
}

func TestOnlyOldBackupsAreDeleted(t *testing.T) {
	folder := t.TempDir()
	first := time.Date(2018, 1, 30, 2, 30, 0, 0, time.UTC)
	for i := range 4 {
		put(t, filepath.Join(folder, Name(first.AddDate(0, 0, i), i%2 == 1)), "")
	}
	for _, mine := range []string{"hulian-before-the-move.zip", "hulian-20180101.zip", "town.zip", "hulian-20180101T000000Z.zip.txt"} {
		put(t, filepath.Join(folder, mine), "")
	}
	for name, age := range map[string]time.Duration{".backup-1": 25 * time.Hour, ".backup-2": time.Hour} { // killed, at work
		at := filepath.Join(folder, name)
		put(t, at, "half")
		if err := os.Chtimes(at, time.Now().Add(-age), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	deleted, err := Retain(folder, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".backup-1", "hulian-20180130T023000Z.zip", "hulian-20180131T023000Z.zip.age"}, deleted); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	if left := tree(t, folder); len(left) != 7 {
		t.Errorf("left %v", left)
	}
}

// FuzzRestore holds that no zip file, however made, puts a file outside the folder it is restored into.
func FuzzRestore(f *testing.F) {
	f.Add("hulian.yaml", "lang: zh\n", []byte(`{"format": 1, "files": []}`))
	f.Add("../evil", "x", []byte(`{"format": 1, "files": [{"path": "../evil", "size": 1, "sha256": "`+hashed("x")+`"}]}`))
	f.Add("landed/a", "x", []byte(`{"format": 1, "files": [{"path": "landed/a", "size": 1, "sha256": "`+hashed("x")+`"}]}`))
	f.Fuzz(func(t *testing.T, name, content string, manifest []byte) {
		around := t.TempDir()
		file := filepath.Join(t.TempDir(), "b.zip")
		put(t, file, string(archived(t, nil, entry{name: name, content: content}, entry{name: manifestName, content: string(manifest)})))
		_, _, err := Restore(context.Background(), file, filepath.Join(around, "town"), "", false)
		for found := range tree(t, around) {
			if err != nil || !strings.HasPrefix(found, "town/") {
				t.Errorf("%v: %s was written", err, found)
			}
		}
	})
}
