package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func put(t *testing.T, at, content string, changed time.Time) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(at, changed, changed); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, src Source) (names []string) {
	t.Helper()
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, item.Name)
	}
	return names
}

func TestFolderPassesOverWhatNobodyHandsIn(t *testing.T) {
	dir, day := t.TempDir(), time.Now().Add(-time.Hour)
	for _, name := range []string{
		"走访.xlsx", "~$走访.xlsx", ".hidden.csv", ".git/config.csv", "visits.csv.part", "visits.tmp", "sub/Thumbs.db",
		"sub/deep/issues.ndjson", "notes.csv~",
	} {
		put(t, filepath.Join(dir, name), name, day)
	}
	if diff := cmp.Diff([]string{"sub/deep/issues.ndjson", "走访.xlsx"}, names(t, Folder(dir))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"走访.xlsx"}, names(t, Folder(dir, "*.xlsx"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"sub/deep/issues.ndjson"}, names(t, Folder(dir, "sub/*/*"))); diff != "" {
		t.Error(diff)
	}
}

func TestFolderLeavesAFileThatIsStillGrowing(t *testing.T) {
	dir := t.TempDir()
	growing, still := filepath.Join(dir, "growing.csv"), filepath.Join(dir, "still.csv")
	put(t, growing, "a", time.Now())
	put(t, still, "b", time.Now())
	src := &folder{dir: dir, pause: func(context.Context, time.Duration) error {
		put(t, growing, "ab", time.Now())
		return nil
	}}
	if diff := cmp.Diff([]string{"still.csv"}, names(t, src)); diff != "" {
		t.Error(diff)
	}
	put(t, growing, "abc", time.Now().Add(-time.Minute))
	if diff := cmp.Diff([]string{"growing.csv", "still.csv"}, names(t, Folder(dir))); diff != "" {
		t.Errorf("once it keeps still: %s", diff)
	}
}

func TestAFileThatChangesWhileReadIsNotHandedOver(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "visits.csv")
	put(t, at, "first", time.Now().Add(-time.Hour))
	for item, err := range Folder(dir).Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		put(t, at, "first and more", time.Now())
		reader, err := item.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		if _, err := io.ReadAll(reader); !errors.Is(err, ErrChanged) {
			t.Errorf("error %v, want ErrChanged", err)
		}
	}
}

func TestFilesNamesWhatIsMissingAndOffersTheRest(t *testing.T) {
	dir, day := t.TempDir(), time.Now().Add(-time.Hour)
	here := filepath.Join(dir, "here.csv")
	put(t, here, "x", day)
	put(t, filepath.Join(dir, "box", "in.csv"), "y", day.Add(time.Minute))
	var got, missing []string
	for item, err := range Files(filepath.Join(dir, "gone.csv"), filepath.Join(dir, "box"), here).Items(context.Background()) {
		if err != nil {
			missing = append(missing, item.Name)
			continue
		}
		got = append(got, item.Name)
	}
	if diff := cmp.Diff([]string{"here.csv", "in.csv"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"gone.csv"}, missing); diff != "" {
		t.Error(diff)
	}
}

func TestAFolderThatIsNotThereIsAnError(t *testing.T) {
	for _, src := range []Source{Folder(filepath.Join(t.TempDir(), "none")), Folder(t.TempDir(), "[")} {
		failed := false
		for item, err := range src.Items(context.Background()) {
			failed = failed || err != nil && item.Name == ""
		}
		if !failed {
			t.Errorf("%s: no error", src.Name())
		}
	}
}
