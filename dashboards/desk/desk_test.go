package desk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
)

func TestCleanKeepsNamesInsideTheFolder(t *testing.T) {
	for given, want := range map[string]string{
		"走访记录.xlsx": "走访记录.xlsx", `C:\Users\王\走访.csv`: "走访.csv", "../../etc/passwd": "passwd", "..": "upload", "": "upload", ".hidden": "hidden", "a/b/": "upload",
		"a\x00b\n.csv": "ab.csv", "报表 .xlsx ": "报表 .xlsx", "x\u202exslx.exe": "xxslx.exe", `a:b*?"<>|.csv`: "ab.csv", "con\xff.csv": "con.csv",
	} {
		if got := Clean(given); got != want {
			t.Errorf("Clean(%q) = %q, want %q", given, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("../走访.csv")
	f.Add(strings.Repeat("长", 300) + ".xlsx")
	f.Fuzz(func(t *testing.T, name string) {
		got := Clean(name)
		if got == "" || got == "." || got == ".." || got[0] == '.' || strings.ContainsAny(got, "/\\\x00") || filepath.Base(got) != got || len(got) > longestName {
			t.Errorf("Clean(%q) = %q", name, got)
		}
		if Clean(got) != got {
			t.Errorf("Clean(%q) = %q, again %q", name, got, Clean(got))
		}
	})
}

func open(t *testing.T, dir string, do func(context.Context, []string) (pipelines.Run, error)) *Desk {
	t.Helper()
	d, err := Open(Config{Dir: dir, Import: do, Bytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hand(t *testing.T, d *Desk, files ...string) string {
	t.Helper()
	r, err := d.Receive()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if err := r.Add(name, strings.NewReader("rows of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	id, err := r.Submit()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func wait(t *testing.T, d *Desk, id string) Batch {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if b, ok := d.Batch(id); ok && b.State == Done {
			return b
		}
	}
	t.Fatal("the batch is not done")
	return Batch{}
}

func TestBatchesAreWorkedOffOneAfterTheOther(t *testing.T) {
	dir := t.TempDir()
	var order []string
	atWork := 0
	d := open(t, dir, func(_ context.Context, paths []string) (pipelines.Run, error) {
		if atWork++; atWork > 1 {
			t.Error("two batches at once")
		}
		defer func() { atWork-- }()
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			order = append(order, string(content))
		}
		if strings.Contains(paths[0], "bad") {
			return pipelines.Run{ID: "r2"}, errors.New("nothing could\nbe loaded")
		}
		return pipelines.Run{ID: "r1"}, nil
	})
	first, second := hand(t, d, "a.csv", "a.csv"), hand(t, d, "bad.csv")
	if b, _ := d.Batch(second); b.State != Waiting || b.Ahead != 1 {
		t.Errorf("the second batch: %+v", b)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go d.Run(ctx)
	if b := wait(t, d, first); b.Err != "" || b.Files[1].Name != "a (2).csv" || b.Files[0].ID != b.Files[1].ID {
		t.Errorf("the first batch: %+v", b)
	}
	if b := wait(t, d, second); b.Err != "nothing could be loaded" || b.Run.ID != "r2" {
		t.Errorf("the second batch: %+v", b)
	}
	if got := strings.Join(order, "; "); got != "rows of a.csv; rows of a.csv; rows of bad.csv" {
		t.Errorf("worked off: %s", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhatWasCompleteIsInLineAfterACrash(t *testing.T) {
	dir := t.TempDir()
	before := open(t, dir, nil)
	id := hand(t, before, "走访.csv")
	half, err := before.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if err := half.Add("half.csv", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	// The process ends here.
	var got []string
	after := open(t, dir, func(_ context.Context, paths []string) (pipelines.Run, error) {
		got = paths
		return pipelines.Run{}, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go after.Run(ctx)
	wait(t, after, id)
	if len(got) != 1 || filepath.Base(got[0]) != "走访.csv" {
		t.Errorf("worked off after the crash: %v", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestAHeldFileIsReleasedOnce confirms a held file twice while it is in line, and once after it came in.
func TestAHeldFileIsReleasedOnce(t *testing.T) {
	held, released := true, 0
	d, err := Open(Config{Dir: t.TempDir(),
		Held: func(_ context.Context, file string) (string, File, error) {
			if !held || file != "aa" {
				return "", File{}, pipelines.ErrUnknown
			}
			return "landed/aa", File{Name: "党员.csv", ID: file}, nil
		},
		Release: func(_ context.Context, path, by, reason string) (pipelines.Run, error) {
			released++
			if path != "landed/aa" || by != "王样本" || reason != "合并支部" {
				t.Errorf("released: %s %s %s", path, by, reason)
			}
			held = false
			return pipelines.Run{ID: "r1"}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Accept(t.Context(), "aa", "王样本", "合并支部")
	if err != nil {
		t.Fatal(err)
	}
	if second, err := d.Accept(t.Context(), "aa", "李样本", "也来"); second != first || err != nil {
		t.Errorf("confirmed again while it is in line: batch %q, want %q; %v", second, first, err)
	}
	if _, err := d.Accept(t.Context(), "bb", "王样本", "合并支部"); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("a file that does not wait: %v", err)
	}
	go d.Run(t.Context())
	if b := wait(t, d, first); b.Run.ID != "r1" || released != 1 {
		t.Errorf("released %d times: %+v", released, b)
	}
	if _, err := d.Accept(t.Context(), "aa", "王样本", "合并支部"); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("a file that came in: %v", err)
	}
}

func TestTooMuchIsRefusedAndForgotten(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, nil)
	r, err := d.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Add("big.csv", bytes.NewReader(make([]byte, 1001))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("1001 bytes of 1000: %v", err)
	}
	if err := r.Discard(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 || len(d.Batches()) != 0 {
		t.Errorf("left behind: %v %v %v", left, d.Batches(), err)
	}
}
