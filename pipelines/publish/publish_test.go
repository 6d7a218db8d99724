package publish

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/data"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

var cutOff = time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC)

// modelled is the file of a warehouse with one village and some issues, whose models are built. It is made once and copied.
var modelled = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(scratch, "modelled.duckdb")
	w, err := warehouse.Open(context.Background(), warehouse.Config{Path: path, Threads: 1})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for _, statement := range append(ledger.Schema(),
		"insert into ops.files values (1, 'f1', 'issues.csv', 'inbox', 10, timestamp '2018-01-31 08:00:00', date '2018-01-31', now(), 'loaded', null)",
		"insert into exports.villages by name select 'V1' as village_id, '福合院村' as name, '逍林镇' as town, 1 as _file, 2 as _row",
		"insert into exports.issues by name select 'I' || i as issue_id, timestamp '2018-01-02 08:00:00' as reported_at, 'V1' as village_id, "+
			"'roads' as category, case when i < 7 then timestamp '2018-01-05 08:00:00' end as resolved_at, 1 as _file, i as _row from range(10) r(i)") {
		if err := w.Exec(context.Background(), statement); err != nil {
			return "", fmt.Errorf("%w\n%s", err, statement)
		}
	}
	_, err = model.Build(context.Background(), w, model.Config{CutOff: cutOff, Programme: data.DefaultProgramme()})
	return path, err
})

// scratch is a folder for what all tests share.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "publish-*"); err != nil {
		panic(err)
	}
	status := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
	os.Exit(status)
}

// town opens a copy of the modelled warehouse; path may be empty.
func town(t testing.TB, path string) *warehouse.Warehouse {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "warehouse.duckdb")
	}
	copyTown(t, path)
	w, err := warehouse.Open(context.Background(), warehouse.Config{Path: path, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, w) })
	return w
}

func copyTown(t testing.TB, path string) {
	t.Helper()
	from, err := modelled()
	if err == nil {
		err = copyFile(from, path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func exec1(t testing.TB, w *warehouse.Warehouse, statement string) {
	t.Helper()
	if err := w.Exec(context.Background(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

func build(t testing.TB, w *warehouse.Warehouse) {
	t.Helper()
	if _, err := model.Build(context.Background(), w, model.Config{CutOff: cutOff, Programme: data.DefaultProgramme()}); err != nil {
		t.Fatal(err)
	}
}

func resolveOne(t testing.TB, w *warehouse.Warehouse, issue string) {
	t.Helper()
	exec1(t, w, "update exports.issues set resolved_at = timestamp '2018-01-20 08:00:00' where issue_id = '"+issue+"'")
	build(t, w)
}

func resolved(t testing.TB, q pipelines.Querier) string {
	t.Helper()
	table, err := q.Query(context.Background(), "select cast(numerator as bigint) || '/' || cast(denominator as bigint) from measures where measure = 'resolution_rate' and level = 'town' and month = '2018-01'")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(table.Rows[0][0])
}

// mustClose closes what a test opened.
func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestPublishAndRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := Current(dir); !errors.Is(err, pipelines.ErrNotPublished) {
		t.Fatalf("before the first: %v", err)
	}
	r, err := OpenReader(t.Context(), dir, ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, r)
	if _, _, _, err := r.Pin(t.Context()); !errors.Is(err, pipelines.ErrNotPublished) {
		t.Fatalf("pin before the first: %v", err)
	}

	w := town(t, filepath.Join(dir, "warehouse.duckdb"))
	first, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if first.Number != 1 || first.Manifest.CutOff != "2018-01-31" || len(first.Manifest.Inputs) != 1 {
		t.Errorf("first generation: %+v", first)
	}
	before := tree(t, dir)
	same, err := Publish(t.Context(), w, dir, Manifest{Version: "test", RunID: "other"})
	if err != nil || same.Number != 1 || same.Hash != first.Hash {
		t.Errorf("identical content: generation %d, %v", same.Number, err)
	}
	if after := tree(t, dir); after != before {
		t.Errorf("identical content wrote something:\n%s\n%s", before, after)
	}

	q1, g1, release1, err := r.Pin(t.Context())
	if err != nil || g1.Number != 1 {
		t.Fatalf("pin: %v %v", g1.Number, err)
	}
	if got := resolved(t, q1); got != "7/10" {
		t.Errorf("generation 1: %s", got)
	}
	resolveOne(t, w, "I8")
	second, err := Publish(t.Context(), w, dir, Manifest{Version: "test"})
	if err != nil || second.Number != 2 || second.Hash == first.Hash {
		t.Fatalf("second: %d %v", second.Number, err)
	}
	q2, g2, release2, err := r.Pin(t.Context())
	if err != nil || g2.Number != 2 {
		t.Fatalf("pin after publish: %v %v", g2.Number, err)
	}
	if got := resolved(t, q2); got != "8/10" {
		t.Errorf("generation 2: %s", got)
	}
	if got := resolved(t, q1); got != "7/10" {
		t.Errorf("generation 1 while pinned: %s", got)
	}
	release1()
	release1()
	release2()

	for i := range Keep {
		exec1(t, w, fmt.Sprintf("insert into exports.issues by name select 'N%d' as issue_id, timestamp '2018-01-02' as reported_at, 'V1' as village_id, 'roads' as category, 1 as _file, %d as _row", i, 100+i))
		if _, err := Publish(t.Context(), w, dir, Manifest{}); err != nil {
			t.Fatal(err)
		}
	}
	if kept := numbers(dir); len(kept) != Keep || kept[0] != 3 {
		t.Errorf("kept generations %v, want the newest %d", kept, Keep)
	}
	resolveOne(t, w, "I9")
	if _, err := Publish(t.Context(), w, dir, Manifest{Keep: 2}); err != nil {
		t.Fatal(err)
	}
	if kept := numbers(dir); len(kept) != 2 {
		t.Errorf("kept generations %v, want the newest 2", kept)
	}
	if names := tree(t, dir); strings.Contains(names, ".part") || strings.Contains(names, ".wal") {
		t.Errorf("left behind:\n%s", names)
	}
}

func TestHashIsOfContentAlone(t *testing.T) {
	var hashes []string
	for i := range 2 {
		dir := t.TempDir()
		w := town(t, "")
		if i == 1 { // the same rows in another order, landed at another time
			exec1(t, w, "create table o as from exports.issues order by issue_id desc")
			exec1(t, w, "delete from exports.issues")
			exec1(t, w, "insert into exports.issues from o")
			exec1(t, w, "drop table o")
			exec1(t, w, "update ops.files set landed_at = timestamp '2019-01-01'")
			build(t, w)
		}
		g, err := Publish(t.Context(), w, dir, Manifest{Version: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, g.Hash)
	}
	if hashes[0] != hashes[1] {
		t.Errorf("hashes differ: %v", hashes)
	}
}

func TestReaderIsReadOnlyAndSandboxed(t *testing.T) {
	dir := t.TempDir()
	w := town(t, "")
	if _, err := Publish(t.Context(), w, dir, Manifest{}); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(t.Context(), dir, ReaderOptions{Sandboxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, r)
	q, _, release, err := r.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, allowed := range []string{"select count(*) from issues", "select * from marts.units", "select * from files"} {
		if _, err := q.Query(t.Context(), allowed); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
	for _, refused := range []string{
		"delete from exports.issues",
		"create table x (i int)",
		"from read_csv('" + secret + "')",
		"copy (select 1) to '" + filepath.Join(dir, "out.csv") + "'",
		"attach '" + filepath.Join(dir, "other.duckdb") + "' as other",
		"set enable_external_access = true",
		"install httpfs",
		"load httpfs",
	} {
		if _, err := q.Query(t.Context(), refused); err == nil {
			t.Errorf("%s was allowed", refused)
		}
	}
}

// TestReadersMeetNoHalfGeneration pins and reads from several goroutines while generations are published and
// the one before is removed at once; one of them opens a reader of its own each time, as a command does.
func TestReadersMeetNoHalfGeneration(t *testing.T) {
	dir := t.TempDir()
	w := town(t, "")
	if _, err := Publish(t.Context(), w, dir, Manifest{Keep: 1}); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(t.Context(), dir, ReaderOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, r)
	ctx, stop := context.WithCancel(t.Context())
	const pause = 5 * time.Millisecond // else they have all of the machine, and publishing takes minutes
	var readers sync.WaitGroup
	readers.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(pause) {
			one, err := OpenReader(context.Background(), dir, ReaderOptions{Threads: 1})
			if err != nil {
				t.Error(err)
				return
			}
			mustClose(t, one)
		}
	})
	for range 4 {
		readers.Go(func() {
			last := 0
			for ; ctx.Err() == nil; time.Sleep(pause) {
				q, g, release, err := r.Pin(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				if g.Number < last {
					t.Errorf("went back from generation %d to %d", last, g.Number)
				}
				last = g.Number
				if got, want := resolved(t, q), fmt.Sprintf("%d/10", 6+g.Number); got != want {
					t.Errorf("generation %d: %s, want %s", g.Number, got, want)
				}
				release()
			}
		})
	}
	for _, issue := range []string{"I7", "I8", "I9"} {
		resolveOne(t, w, issue)
		if _, err := Publish(t.Context(), w, dir, Manifest{Keep: 1}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	readers.Wait()
	if left := numbers(dir); len(left) != 1 {
		t.Errorf("generations %v are left, want the last one", left)
	}
}

// TestKilledWhilePublishing runs publishing in a child process, kills it at random points, and expects the pointer
// to name a complete generation every time, and publishing to work afterwards.
func TestKilledWhilePublishing(t *testing.T) {
	if dir := os.Getenv("PUBLISH_UNTIL_KILLED"); dir != "" {
		publishUntilKilled(t, dir)
		return
	}
	dir, killed := t.TempDir(), filepath.Join(t.TempDir(), "killed.duckdb")
	usual := 6
	if testing.Short() {
		usual = 3
	}
	kills := trials.Kills(t, usual)
	random := rand.New(rand.NewPCG(2018, uint64(kills)))
	for i := range kills {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWhilePublishing$")
		if err := errors.Join(os.RemoveAll(killed), os.RemoveAll(killed+".wal")); err != nil {
			t.Fatal(err)
		}
		copyTown(t, killed)
		child.Env = append(os.Environ(), "PUBLISH_UNTIL_KILLED="+dir, "PUBLISH_FROM="+killed)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for before := random.IntN(3); before >= 0 && lines.Scan(); {
			if lines.Text() == "publishing" {
				before--
			}
		}
		go func() {
			for lines.Scan() { // keep the pipe empty
			}
		}()
		time.Sleep(time.Duration(random.IntN(250)) * time.Millisecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // says that it was killed

		g, err := Current(dir)
		if errors.Is(err, pipelines.ErrNotPublished) {
			continue
		}
		if err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		snapshot, err := warehouse.Open(t.Context(), warehouse.Config{Path: g.Path, ReadOnly: true})
		if err != nil {
			t.Fatalf("kill %d: generation %d: %v", i, g.Number, err)
		}
		for _, content := range g.Manifest.Tables {
			got, err := model.ContentOf(t.Context(), snapshot, content.Table, passing[content.Table]...)
			if err != nil || got != content.Content {
				t.Errorf("kill %d: generation %d: %s holds %s, the manifest says %s (%v)", i, g.Number, content.Table, got, content.Content, err)
			}
		}
		mustClose(t, snapshot)
	}
	w := town(t, "")
	resolveOne(t, w, "I9")
	last, err := Publish(t.Context(), w, dir, Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	if names := tree(t, dir); strings.Contains(names, ".part") {
		t.Errorf("generation %d left behind:\n%s", last.Number, names)
	}
}

func publishUntilKilled(t *testing.T, dir string) {
	w, err := warehouse.Open(t.Context(), warehouse.Config{Path: os.Getenv("PUBLISH_FROM"), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for {
		exec1(t, w, fmt.Sprintf("update exports.issues set title = '%d'", rand.Uint64()))
		fmt.Println("publishing")
		if _, err := Publish(context.Background(), w, dir, Manifest{RunID: fmt.Sprint(rand.Uint64())}); err != nil {
			t.Fatal(err)
		}
	}
}

// tree lists the files below dir with size and time, without the warehouse itself.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var lines []string
	for _, folder := range []string{snapshotFolder, martsFolder} {
		err := filepath.Walk(filepath.Join(dir, folder), func(path string, info os.FileInfo, err error) error {
			if err == nil && !info.IsDir() {
				lines = append(lines, fmt.Sprintf("%s %d %s", path, info.Size(), info.ModTime()))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(lines, "\n")
}
