package land

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		string(whole[:firstLine+1]), string(whole[:len(whole)-1]), string(whole[:firstLine]) + "\x00\x00\x00\n",
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
		if _, err := Open(dir); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestLostContentComesBackUnderItsOldNumber(t *testing.T) {
	s := opened(t, t.TempDir())
	first, _ := landed(t, s, "a.csv", "a")
	if err := os.Remove(s.Path(first.ID)); err != nil {
		t.Fatal(err)
	}
	back, fresh := landed(t, s, "a.csv", "a")
	if fresh || back != first {
		t.Errorf("%+v, fresh %v", back, fresh)
	}
	if _, err := os.Stat(s.Path(first.ID)); err != nil {
		t.Error(err)
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
