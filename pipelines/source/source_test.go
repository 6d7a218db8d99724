package source

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
	"unicode/utf8"

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

func names(t *testing.T, src Source) []string {
	t.Helper()
	names, refused := offered(t, src)
	if len(refused) > 0 {
		t.Fatalf("refused: %v", refused)
	}
	return names
}

// offered gives the names of what a source offers, and why it does not offer what else is there.
func offered(t *testing.T, src Source) (names []string, refused map[string]error) {
	t.Helper()
	refused = map[string]error{}
	for item, err := range src.Items(context.Background()) {
		switch {
		case err != nil && item.Name == "":
			t.Fatal(err)
		case err != nil:
			refused[item.Name] = err
		default:
			names = append(names, item.Name)
		}
	}
	return names, refused
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
	got, refused := offered(t, src)
	if diff := cmp.Diff([]string{"still.csv"}, got); diff != "" {
		t.Error(diff)
	}
	if err := refused["growing.csv"]; len(refused) != 1 || !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), WhenComplete) {
		t.Errorf("of the file that grows it says %v", refused)
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

// TestNoLinkLeadsOutOfAFolder makes links to a file of the folder, to files and folders outside, to nothing and to itself.
func TestNoLinkLeadsOutOfAFolder(t *testing.T) {
	root, day := t.TempDir(), time.Now().Add(-time.Hour)
	inbox, secret := filepath.Join(root, "inbox"), filepath.Join(root, "secret.csv")
	put(t, secret, "secret", day)
	put(t, filepath.Join(root, "others", "other.csv"), "other", day)
	put(t, filepath.Join(inbox, "2018-01", "visits.csv"), "rows", day)
	for name, to := range map[string]string{
		"same.csv": "2018-01/visits.csv", "out.csv": "../secret.csv", "absolute.csv": secret, "folder.csv": "../others",
		"inner.csv": "2018-01", "nothing.csv": "none.csv", "circle.csv": "circle.csv", "over.csv": "2018-01/../../secret.csv",
	} {
		if err := os.Symlink(to, filepath.Join(inbox, name)); err != nil {
			t.Skip(err)
		}
	}
	for _, at := range []string{inbox, filepath.Join(root, "share")} {
		if at != inbox { // the folder itself may be a link: whoever runs the program names it
			if err := os.Symlink(inbox, at); err != nil {
				t.Fatal(err)
			}
		}
		got, refused := offered(t, Folder(at))
		slices.Sort(got)
		if diff := cmp.Diff([]string{"2018-01/visits.csv", "same.csv"}, got); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
		for _, name := range []string{"out.csv", "absolute.csv", "folder.csv", "inner.csv", "nothing.csv", "circle.csv", "over.csv"} {
			if err := refused[name]; !errors.Is(err, ErrLink) {
				t.Errorf("%s: %s: %v, want ErrLink", at, name, err)
			}
		}
	}
}

// TestAFileThatBecomesALinkIsNotFollowed swaps a file for a link after it was listed.
func TestAFileThatBecomesALinkIsNotFollowed(t *testing.T) {
	root, day := t.TempDir(), time.Now().Add(-time.Hour)
	secret, at := filepath.Join(root, "secret.csv"), filepath.Join(root, "inbox", "visits.csv")
	put(t, secret, "secret", day)
	put(t, at, "rows", day)
	for item, err := range Folder(filepath.Dir(at)).Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(at), os.Symlink(secret, at)); err != nil {
			t.Skip(err)
		}
		if reader, err := item.Open(t.Context()); err == nil {
			reader.Close()
			t.Error("the link was opened")
		}
	}
}

// TestNamesInGBKAreReadableAndTheFilesOpened drops files as an old Windows wrote their names.
func TestNamesInGBKAreReadableAndTheFilesOpened(t *testing.T) {
	dir, day := t.TempDir(), time.Now().Add(-time.Hour)
	encoded := filepath.Join(dir, "2016-03", gbk(t, "走访记录2016年3月.csv"))
	put(t, encoded, "rows", day)
	put(t, filepath.Join(dir, "bell\a.csv"), "more", day)
	for want, src := range map[string]Source{
		"2016-03/走访记录2016年3月.csv bell\uFFFD.csv": Folder(dir),
		"2016-03/走访记录2016年3月.csv":                Folder(dir, "走访*.csv"),
		"走访记录2016年3月.csv":                        Files(encoded),
	} {
		var got []string
		for item, err := range src.Items(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, item.Name)
			reader, err := item.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(reader)
			reader.Close()
			if err != nil || len(content) != 4 || !utf8.ValidString(item.Origin) || !strings.HasSuffix(item.Origin, filepath.FromSlash(item.Name)) {
				t.Errorf("%s: %q from %q, %v", item.Name, content, item.Origin, err)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
