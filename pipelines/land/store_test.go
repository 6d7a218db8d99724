package land

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/source"
)

var day = time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)

func item(name, content string) source.Item {
	return source.Item{
		Name: name, Origin: "inbox/" + name, ModTime: day, Size: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func landed(t *testing.T, s *Store, name, content string) (File, bool) {
	t.Helper()
	f, fresh, err := s.Land(context.Background(), item(name, content))
	if err != nil {
		t.Fatal(err)
	}
	return f, fresh
}

func TestLandKeepsContentOrderAndOrigin(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	first, fresh := landed(t, s, "走访.csv", "一")
	if !fresh {
		t.Error("the first landing is not fresh")
	}
	second, _ := landed(t, s, "issues.csv", "two")
	again, fresh := landed(t, s, "走访 (1).csv", "一")
	if fresh {
		t.Error("the same content under another name is fresh")
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	for _, store := range []*Store{s, opened(t, dir)} {
		if diff := cmp.Diff([]File{first, second}, store.Files()); diff != "" {
			t.Error(diff)
		}
		content, err := os.ReadFile(store.Path(first.ID))
		if err != nil || string(content) != "一" {
			t.Errorf("content %q, %v", content, err)
		}
	}
	if first.No != 1 || second.No != 2 || !first.ReceivedAt.Equal(day) || first.Size != 3 || first.Origin != "inbox/走访.csv" {
		t.Errorf("%+v, %+v", first, second)
	}
	leftOver(t, dir)
}

// leftOver fails when a temporary file was left in the store.
func leftOver(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".landing-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestATornLastLineIsRepaired(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	first, _ := landed(t, s, "a.csv", "a")
	second, _ := landed(t, s, "b.csv", "b")
	whole, err := os.ReadFile(s.manifest())
	if err != nil {
		t.Fatal(err)
	}
	firstLine := strings.IndexByte(string(whole), '\n') + 1
	for _, torn := range []string{
		string(whole[:firstLine+1]), string(whole[:len(whole)-2]), string(whole[:firstLine]) + "\x00\x00\x00\n",
		string(whole[:len(whole)-30]) + strings.Repeat("\x00", 29) + "\n",
	} {
		if err := os.WriteFile(s.manifest(), []byte(torn), 0o644); err != nil {
			t.Fatal(err)
		}
		repaired := opened(t, dir)
		if diff := cmp.Diff([]File{first}, repaired.Files()); diff != "" {
			t.Error(diff)
		}
		back, fresh := landed(t, repaired, "b.csv", "b")
		if !fresh || back.No != second.No || back.ID != second.ID {
			t.Errorf("landing again gives %+v, fresh %v", back, fresh)
		}
		if diff := cmp.Diff(repaired.Files(), opened(t, dir).Files()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestALastLineThatLacksOnlyItsEndCounts: the crash kept nothing of it from the disk but the line break.
func TestALastLineThatLacksOnlyItsEndCounts(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	first, _ := landed(t, s, "a.csv", "a")
	whole, err := os.ReadFile(s.manifest())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.manifest(), int64(len(whole)-1)); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	if diff := cmp.Diff([]File{first}, s.Files()); diff != "" {
		t.Error(diff)
	}
	second, _ := landed(t, s, "b.csv", "b")
	if diff := cmp.Diff([]File{first, second}, opened(t, dir).Files()); diff != "" {
		t.Error(diff)
	}
}

// TestAFlippedBitOfTheManifestIsNoticed flips a bit of every byte: the store opens with the files as they were, or not at all.
func TestAFlippedBitOfTheManifestIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	for _, name := range []string{"走访.csv", "b.csv"} {
		landed(t, s, name, name)
	}
	whole, err := os.ReadFile(s.manifest())
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for at := range whole {
		flipped := slices.Clone(whole)
		flipped[at] ^= 1 << (at % 8)
		if err := os.WriteFile(s.manifest(), flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		switch {
		case errors.Is(err, ErrDamaged):
			refused++
		case err != nil:
			t.Fatal(err)
		case !cmp.Equal(s.Files(), again.Files()):
			t.Fatalf("byte %d of %d (%q): files are other ones without a word:\n%s", at, len(whole), whole[at], cmp.Diff(s.Files(), again.Files()))
		}
	}
	if refused < len(whole)/2 {
		t.Errorf("%d of %d flips were noticed", refused, len(whole))
	}
}

func TestADamagedManifestIsRefused(t *testing.T) {
	for name, content := range map[string]string{
		"garbage before the end": "garbage\n{}\n",
		"numbers out of order":   `{"no":2,"id":"` + strings.Repeat("ab", 32) + `"}` + "\n",
		"an id that is a path":   `{"no":1,"id":"../../etc/passwd"}` + "\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, manifestName), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "hulian check --repair") {
			t.Errorf("%s: %v, want that it is damaged, and what helps", name, err)
		}
	}
}

// TestLostContentComesBackUnderItsOldNumber takes the content of a landed file away, or changes a byte of it without
// changing its size; the same content, sent again, is put back.
func TestLostContentComesBackUnderItsOldNumber(t *testing.T) {
	for name, harm := range map[string]func(at string) error{
		"gone":    os.Remove,
		"flipped": func(at string) error { return overwrite(at, "b") },
		"cut off": func(at string) error { return overwrite(at, "") },
	} {
		dir := t.TempDir()
		s := opened(t, dir)
		first, _ := landed(t, s, "走访.csv", "a")
		if err := harm(s.Path(first.ID)); err != nil {
			t.Fatal(err)
		}
		s = opened(t, dir) // the next run
		_, err := s.Verified(t.Context(), first.ID)
		var damage *Damage
		if !errors.Is(err, ErrDamaged) || !errors.As(err, &damage) || damage.File.No != 1 || damage.Missing != (name == "gone") {
			t.Errorf("%s: %v", name, err)
		}
		for _, says := range []string{"走访.csv", s.Path(first.ID), "send the same file again"} {
			if err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %q does not say %q", name, err, says)
			}
		}
		back, fresh := landed(t, s, "copy of it.csv", "a")
		if fresh || back != first {
			t.Errorf("%s: %+v, fresh %v", name, back, fresh)
		}
		if diff := cmp.Diff([]File{first}, s.Healed()); diff != "" {
			t.Errorf("%s: healed (-want +got):\n%s", name, diff)
		}
		if content, err := os.ReadFile(s.Path(first.ID)); err != nil || string(content) != "a" {
			t.Errorf("%s: %q, %v", name, content, err)
		}
		leftOver(t, dir)
	}
}

func overwrite(at, content string) error {
	return errors.Join(os.Chmod(at, 0o600), os.WriteFile(at, []byte(content), 0o600))
}

// TestContentIsHashedWhereItIsReadAndOnlyOnceAStore reads content by both ways, whole and damaged.
func TestContentIsHashedWhereItIsReadAndOnlyOnceAStore(t *testing.T) {
	dir := t.TempDir()
	landing := opened(t, dir)
	f, _ := landed(t, landing, "visits.csv", "rows and rows")
	if err := overwrite(landing.Path(f.ID), "rows and cows"); err != nil {
		t.Fatal(err)
	}
	if _, err := landing.Verified(t.Context(), f.ID); err != nil {
		t.Errorf("the store that landed it hashed it already, and hashes it again: %v", err)
	}
	if _, err := Verified(t.Context(), dir, f.ID); !errors.Is(err, ErrDamaged) {
		t.Errorf("without a store: %v", err)
	}
	reading := opened(t, dir)
	content, err := reading.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if read, err := io.ReadAll(content); !errors.Is(err, ErrDamaged) {
		t.Errorf("%q was read as if it had landed: %v", read, err)
	}
	if err := overwrite(landing.Path(f.ID), "rows and rows"); err != nil {
		t.Fatal(err)
	}
	again, err := reading.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if read, err := io.ReadAll(again); err != nil || string(read) != "rows and rows" {
		t.Errorf("%q, %v", read, err)
	}
	if path, err := reading.Verified(t.Context(), f.ID); err != nil || path != reading.Path(f.ID) {
		t.Errorf("%q, %v", path, err)
	}
	if _, err := reading.Verified(t.Context(), strings.Repeat("0", 64)); !errors.Is(err, ErrDamaged) {
		t.Errorf("content that never landed: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verified(cancelled, dir, f.ID); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestWhatPeopleEnteredLiesThereTwice damages either copy, and both, of a file that nobody can send again.
func TestWhatPeopleEnteredLiesThereTwice(t *testing.T) {
	for name, c := range map[string]struct {
		harm   func(first, second string) error
		whole  bool // it can be read, and be healed
		places int  // that are damaged
	}{
		"whole":         {func(string, string) error { return nil }, true, 0},
		"first flipped": {func(first, _ string) error { return overwrite(first, "b") }, true, 1},
		"first gone":    {func(first, _ string) error { return os.Remove(first) }, true, 1},
		"second cut":    {func(_, second string) error { return overwrite(second, "") }, true, 1},
		"second gone":   {func(_, second string) error { return os.Remove(second) }, true, 1},
		"both":          {func(first, second string) error { return errors.Join(overwrite(first, "b"), os.Remove(second)) }, false, 2},
	} {
		dir := t.TempDir()
		entered := item("waived_problems.ndjson", "a")
		entered.Origin = pipelines.OriginEntered
		f, _, err := opened(t, dir).Land(t.Context(), entered)
		if err != nil {
			t.Fatal(err)
		}
		if other, _ := landed(t, opened(t, dir), "visits.csv", "rows"); NameOfTwin(dir, other.ID) != "" {
			t.Error("a file that can be sent again lies there twice")
		}
		if NameOfTwin(dir, f.ID) != f.Name {
			t.Errorf("the second copy says that it is %q", NameOfTwin(dir, f.ID))
		}
		if err := c.harm(Path(dir, f.ID), Twin(dir, f)); err != nil {
			t.Fatal(err)
		}
		damaged, err := Whole(t.Context(), dir, f)
		if err != nil || len(damaged) != c.places {
			t.Errorf("%s: %v, %v", name, damaged, err)
		}
		s := opened(t, dir)
		path, err := s.Verified(t.Context(), f.ID)
		content, _ := os.ReadFile(path)
		if (err == nil && string(content) == "a") != c.whole || err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %q, %v", name, content, err)
		}
		healed, err := s.Heal(t.Context())
		if err != nil || (len(healed) == 1) != (c.whole && c.places > 0) {
			t.Errorf("%s: healed %v, %v", name, healed, err)
		}
		if left, err := Whole(t.Context(), dir, f); err != nil || (len(left) == 0) != c.whole {
			t.Errorf("%s: after healing %v, %v", name, left, err)
		}
		leftOver(t, dir)
	}
}

func TestNamesThatAreNoTextLandReadable(t *testing.T) {
	dir := t.TempDir()
	f, _ := landed(t, opened(t, dir), "\xd7\xdf\xb7\xc3.csv", "a") // 走访 in GBK
	if f.Name != "走访.csv" || f.Origin != "inbox/走访.csv" {
		t.Errorf("%+v", f)
	}
	if diff := cmp.Diff([]File{f}, opened(t, dir).Files()); diff != "" {
		t.Error(diff)
	}
}

func TestContentAndManifestAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "landed")
	s := opened(t, dir)
	f, _ := landed(t, s, "a.csv", "a")
	for at, want := range map[string]os.FileMode{dir: 0o700, filepath.Dir(s.Path(f.ID)): 0o700, s.manifest(): 0o600, s.Path(f.ID): 0o400} {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", at, info.Mode().Perm(), err, want)
		}
	}
}

// TestAManifestIsRewrittenWithTheNumbersThatWereGiven inspects what a damaged store holds and writes its manifest anew.
func TestAManifestIsRewrittenWithTheNumbersThatWereGiven(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	landed(t, s, "a.csv", "a")
	landed(t, s, "b.csv", "b")
	files := s.Files()
	if err := overwrite(s.manifest(), "garbage\nmore\n"); err != nil {
		t.Fatal(err)
	}
	found, err := Inspect(dir)
	if err != nil || len(found.Lines) != 2 || found.Lines[0].Err == nil || found.Lines[1].Err == nil || len(found.Content) != 2 || found.Content[files[0].ID] != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := Rewrite(dir, files[1:]); err == nil {
		t.Error("file 2 was written as file 1")
	}
	if err := Rewrite(dir, files); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, opened(t, dir).Files()); diff != "" {
		t.Error(diff)
	}
	if found, err := Inspect(filepath.Join(dir, "nowhere")); err != nil || len(found.Lines)+len(found.Content) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestAFailedCopyLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	short := item("short.csv", "abc")
	short.Size = 4
	broken := item("broken.csv", "abc")
	broken.Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("ab"), failing{})), nil
	}
	for _, i := range []source.Item{short, broken} {
		if _, _, err := s.Land(context.Background(), i); err == nil {
			t.Errorf("%s landed", i.Name)
		} else if i.Name == "short.csv" && !errors.Is(err, source.ErrChanged) {
			t.Errorf("%s: %v, want ErrChanged", i.Name, err)
		}
	}
	if len(s.Files()) != 0 || len(opened(t, dir).Files()) != 0 {
		t.Error("a failed copy is in the manifest")
	}
	leftOver(t, dir)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"no":1,"id":"` + strings.Repeat("0a", 32) + `","name":"a.csv"}` + "\n{"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, manifestName), content, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err != nil {
			return
		}
		// Whatever could be opened must take a further file and open again with it.
		before := len(s.Files())
		if _, _, err := s.Land(context.Background(), item("new.csv", "new")); err != nil {
			t.Fatal(err)
		}
		if got := len(opened(t, dir).Files()); got != before+1 {
			t.Fatalf("%d files after landing one more than %d", got, before)
		}
	})
}
