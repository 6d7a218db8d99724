package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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

// open opens a desk. A run that has an ID says of every file that it was refused, as a run does that went to its end.
func open(t *testing.T, dir string, do func(context.Context, []string) (pipelines.Run, error)) *Desk {
	t.Helper()
	d, err := Open(Config{Dir: dir, Bytes: 1000, Import: func(ctx context.Context, _ pipelines.HandedIn, paths []string) (pipelines.Run, error) {
		run, err := do(ctx, paths)
		if run.ID != "" {
			run.Files = outcomes(t, paths)
		}
		return run, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func outcomes(t *testing.T, paths []string) (all []pipelines.Reconciliation) {
	t.Helper()
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		sum := sha256.Sum256(content)
		all = append(all, pipelines.Reconciliation{FileID: hex.EncodeToString(sum[:]), Name: filepath.Base(path), Problem: pipelines.FileEmpty})
	}
	return all
}

// left lists the boxes in the folder of a desk.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// hand puts files into a desk without an author and returns the ID of their batch.
func hand(t *testing.T, d *Desk, files ...string) string {
	t.Helper()
	return handAs(t, d, nil, files...)
}

func handAs(t *testing.T, d *Desk, by *Author, files ...string) string {
	t.Helper()
	r, err := d.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if by != nil {
		r.From(*by)
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
			return pipelines.Run{ID: "r2"}, pipelines.ErrNothingLoaded
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
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left behind: %v", names)
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
	if err := before.Close(); err != nil { // the process ends here
		t.Fatal(err)
	}
	var got []string
	after := open(t, dir, func(_ context.Context, paths []string) (pipelines.Run, error) {
		got = paths
		return pipelines.Run{ID: "r1"}, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go after.Run(ctx)
	wait(t, after, id)
	if len(got) != 1 || filepath.Base(got[0]) != "走访.csv" {
		t.Errorf("worked off after the crash: %v", got)
	}
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left behind: %v", names)
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
			return pipelines.Run{ID: "r1", Files: []pipelines.Reconciliation{{FileID: "aa"}}}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Accept(t.Context(), "aa", Author{Account: "wang", Name: "王样本"}, "合并支部")
	if err != nil {
		t.Fatal(err)
	}
	if second, err := d.Accept(t.Context(), "aa", Author{Account: "li", Name: "李样本"}, "也来"); second != first || err != nil {
		t.Errorf("confirmed again while it is in line: batch %q, want %q; %v", second, first, err)
	}
	if _, err := d.Accept(t.Context(), "bb", Author{Account: "wang", Name: "王样本"}, "合并支部"); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("a file that does not wait: %v", err)
	}
	go d.Run(t.Context())
	if b := wait(t, d, first); b.Run.ID != "r1" || released != 1 {
		t.Errorf("released %d times: %+v", released, b)
	}
	if _, err := d.Accept(t.Context(), "aa", Author{Account: "wang", Name: "王样本"}, "合并支部"); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("a file that came in: %v", err)
	}
}

// TestAConfirmationOutlivesTheProcess confirms two held files at a desk whose process is killed before it could release them, and
// damages one of the confirmations. The next desk releases the other one, in the name that was given; whoever takes over uploads leaves
// both alone.
func TestAConfirmationOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	said := make(chan string, 10)
	config := Config{Dir: dir,
		Held: func(_ context.Context, file string) (string, File, error) {
			return "landed/" + file, File{Name: file + ".csv", ID: file}, nil
		},
		Release: func(_ context.Context, path, by, reason string) (pipelines.Run, error) {
			said <- strings.Join([]string{path, by, reason}, " ")
			return pipelines.Run{ID: "r1", Files: []pipelines.Reconciliation{{FileID: filepath.Base(path)}}}, nil
		}}
	d, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Accept(t.Context(), "aa", Author{Account: "wang", Name: "王样本"}, "合并支部")
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.Accept(t.Context(), "bb", Author{Account: "li", Name: "李样本"}, "核对过")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil { // the lock goes with a killed process too
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, second, confirmed), []byte(`{"by": "李样本"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if left, err := TakeOver(dir); left != nil || err != nil {
		t.Errorf("taken over: %+v, %v", left, err)
	}
	again, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	go again.Run(t.Context())
	if b := wait(t, again, first); b.Run.ID != "r1" || b.Files[0].Name != "aa.csv" {
		t.Errorf("%+v", b)
	}
	if got := <-said; got != "landed/aa 王样本 合并支部" || len(said) != 0 {
		t.Errorf("released %q and %d more", got, len(said))
	}
	if names := left(t, dir); !slices.Equal(names, []string{second}) {
		t.Errorf("left behind: %v", names)
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
	if names := left(t, dir); len(names) != 0 || len(d.Batches()) != 0 {
		t.Errorf("left behind: %v %v", names, d.Batches())
	}
}

// TestABatchIsKeptUntilItWasTaken has runs fail in every way: before anything is recorded, with some of the files, by a panic.
// The files stay on disk all the while, other batches go on, and the batch is taken in the end.
func TestABatchIsKeptUntilItWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		attempts := 0
		d := open(t, dir, func(_ context.Context, paths []string) (pipelines.Run, error) {
			if filepath.Base(paths[0]) == "other.csv" {
				return pipelines.Run{ID: "other"}, nil
			}
			switch attempts++; attempts {
			case 1:
				return pipelines.Run{}, errors.New("the disk\nis full")
			case 2:
				panic("broken")
			case 3:
				return pipelines.Run{State: pipelines.RunFailed, Files: outcomes(t, paths[:1])}, errors.New("half of it")
			case 4: // loaded, and the disk was full before it was published
				return pipelines.Run{State: pipelines.RunFailed, Files: outcomes(t, paths)}, errors.New("not published")
			}
			run := pipelines.Run{State: pipelines.RunDone, Generation: 2}
			for _, f := range outcomes(t, paths) {
				run.Known = append(run.Known, pipelines.KnownFile{FileID: f.FileID, Name: f.Name, As: f.Name})
			}
			return run, nil
		})
		go d.Run(t.Context())
		id := hand(t, d, "走访.csv", "issues.csv")
		synctest.Wait()
		kept, _ := d.Batch(id)
		if kept.State != Waiting || !kept.Kept || kept.Err != "the disk is full" || kept.Attempts != 1 || kept.NextAt.IsZero() {
			t.Fatalf("%+v", kept)
		}
		other := hand(t, d, "other.csv")
		synctest.Wait()
		if b, _ := d.Batch(other); b.State != Done || b.Ahead != 0 {
			t.Errorf("the kept batch stands in the way of another: %+v", b)
		}
		for want := 2; want <= 4; want++ {
			if names := left(t, dir); len(names) != 1 || names[0] != id {
				t.Fatalf("after %d attempts the folder holds %v", want-1, names)
			}
			b, _ := d.Batch(id)
			time.Sleep(time.Until(b.NextAt))
			synctest.Wait()
			if b, _ := d.Batch(id); b.Attempts != want || !b.Kept {
				t.Fatalf("attempt %d: %+v", want, b)
			}
		}
		time.Sleep(longestWait)
		synctest.Wait()
		if b, _ := d.Batch(id); b.State != Done || b.Kept || b.Err != "" || len(b.Run.Files) != 2 || len(b.Run.Known) != 0 {
			t.Errorf("in the end: %+v", b)
		}
		if names := left(t, dir); len(names) != 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

// TestARunThatWentWellTakesUpWhatWasKept: nobody waits for the clock then.
func TestARunThatWentWellTakesUpWhatWasKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := true
		d := open(t, t.TempDir(), func(context.Context, []string) (pipelines.Run, error) {
			if fails {
				return pipelines.Run{}, errors.New("the disk is full")
			}
			return pipelines.Run{ID: "r1"}, nil
		})
		go d.Run(t.Context())
		id := hand(t, d, "a.csv")
		synctest.Wait()
		fails = false
		began := time.Now()
		d.TakeUp()
		synctest.Wait()
		if b, _ := d.Batch(id); b.State != Done || time.Since(began) > 0 {
			t.Errorf("%+v, after %s", b, time.Since(began))
		}
	})
}

// TestWhatADeadDeskLeftIsTakenOver: a command finds the batches, clears those that landed, and leaves the others.
func TestWhatADeadDeskLeftIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	if nothing, err := TakeOver(filepath.Join(dir, "none")); nothing != nil || err != nil {
		t.Errorf("no folder: %v, %v", nothing, err)
	}
	d := open(t, dir, nil)
	first := hand(t, d, "a.csv")
	earlier := time.Now().Add(-time.Minute)
	if err := os.Chtimes(filepath.Join(dir, first, "a.csv"), earlier, earlier); err != nil {
		t.Fatal(err)
	}
	second := hand(t, d, "b.csv", "c.csv")
	if alive, err := TakeOver(dir); alive != nil || err != nil {
		t.Errorf("a desk at work: %v, %v", alive, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	over, err := TakeOver(dir)
	if err != nil || over == nil {
		t.Fatal(over, err)
	}
	paths := over.Paths()
	if len(paths) != 3 || filepath.Base(paths[0]) != "a.csv" {
		t.Errorf("left: %v", paths)
	}
	landed := map[string]bool{outcomes(t, paths[:1])[0].FileID: true, outcomes(t, paths[1:2])[0].FileID: true}
	if n, err := over.Clear(func(id string) bool { return landed[id] }); n != 1 || err != nil {
		t.Errorf("%d left, %v", n, err)
	}
	if names := left(t, dir); len(names) != 1 || names[0] != second {
		t.Errorf("left: %v, want %s and not %s", names, second, first)
	}
	if err := over.Close(); err != nil {
		t.Fatal(err)
	}
	if again := open(t, dir, nil); len(again.Batches()) != 1 {
		t.Errorf("a desk finds %v", again.Batches())
	}
}

// TestTwoDesksOfOneFolderDoNotMeet: the second leaves to the first what is arriving and what waits there.
func TestTwoDesksOfOneFolderDoNotMeet(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, nil)
	hand(t, first, "a.csv")
	arriving, err := first.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if second := open(t, dir, nil); len(second.Batches()) != 0 {
		t.Errorf("the second desk takes %v", second.Batches())
	}
	if err := arriving.Add("b.csv", strings.NewReader("x")); err != nil {
		t.Errorf("what was arriving: %v", err)
	}
}
