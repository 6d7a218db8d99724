package warehouse

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/pipelines"
)

func opened(t *testing.T, c Config) *Warehouse {
	t.Helper()
	w, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func run(t *testing.T, w *Warehouse, statement string) {
	t.Helper()
	if err := w.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func asked(t *testing.T, w *Warehouse, query string) string {
	t.Helper()
	table, err := w.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return fmt.Sprint(table.Rows)
}

// TestAFileOfAnOlderVersionIsUsedAsItIs makes a file in the format of five minor versions ago, as towns that were set
// up then have it: it is read, written and reopened.
func TestAFileOfAnOlderVersionIsUsedAsItIs(t *testing.T) {
	at := filepath.Join(t.TempDir(), "old.duckdb")
	maker := opened(t, Config{})
	run(t, maker, "attach '"+at+"' as old (storage_version 'v1.0.0')")
	run(t, maker, "create table old.notes as select '走访' || i as note from range(10000) t(i)")
	run(t, maker, "detach old")

	w := opened(t, Config{Path: at})
	const version = "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
	if got := asked(t, w, version); !strings.Contains(got, "v1.0.0") {
		t.Errorf("the old file became %s", got)
	}
	run(t, w, "insert into notes select 'later' from range(5)")
	run(t, w, "checkpoint")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := asked(t, opened(t, Config{Path: at, ReadOnly: true}), "select count(*), count(distinct note) from notes"); got != "[[10005 10001]]" {
		t.Errorf("reopened: %s", got)
	}
	if got := asked(t, opened(t, Config{Path: filepath.Join(t.TempDir(), "new.duckdb")}), version); strings.Contains(got, "v1.0.0") {
		t.Errorf("a new file is made in the format %s", got)
	}
}

// TestATransactionIsWholeOrNothing ends transactions by an error and by a panic.
func TestATransactionIsWholeOrNothing(t *testing.T) {
	w := opened(t, Config{Path: filepath.Join(t.TempDir(), "w.duckdb")})
	run(t, w, "create table months (month varchar)")
	write := func(month string, then func() error) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return w.Transact(t.Context(), func(tx *Tx) error {
			if _, err := tx.Exec(t.Context(), "insert into months values (?)", month); err != nil {
				return err
			}
			return then()
		})
	}
	refused := errors.New("refused")
	if err := write("2018-01", func() error { return refused }); !errors.Is(err, refused) {
		t.Errorf("the error that ended it: %v", err)
	}
	if err := write("2018-02", func() error { panic("broken") }); err == nil || err.Error() != "panic: broken" {
		t.Errorf("the panic that ended it: %v", err)
	}
	if err := write("2018-03", func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := asked(t, w, "select * from months"); got != "[[2018-03]]" {
		t.Errorf("months = %s", got)
	}
}

// holding names the file this test's own binary holds open when it is run again.
const holding = "HULIAN_TEST_HOLDS"

// TestAFileThatAnotherProcessHoldsIsBusy starts this test again as a second process, which holds the file.
func TestAFileThatAnotherProcessHoldsIsBusy(t *testing.T) {
	if at := os.Getenv(holding); at != "" {
		opened(t, Config{Path: at})
		fmt.Println("held")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // comes, or ends, when the first process is done
		return
	}
	at := filepath.Join(t.TempDir(), "w.duckdb")
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), holding+"="+at)
	in, _ := other.StdinPipe()
	out, _ := other.StdoutPipe()
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "held" {
	}
	if _, err := Open(t.Context(), Config{Path: at}); !errors.Is(err, pipelines.ErrBusy) || !strings.Contains(err.Error(), at) {
		t.Errorf("opening a file in use: %v", err)
	}
	in.Close()
	for lines.Scan() {
	}
	if err := other.Wait(); err != nil {
		t.Fatal(err)
	}
	opened(t, Config{Path: at})
}

// TestSQLTypedByPeopleReachesNoFile tries what reads, writes or unlocks.
func TestSQLTypedByPeopleReachesNoFile(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := opened(t, Config{Sandboxed: true})
	for _, statement := range []string{
		"select * from read_csv('" + secret + "')", "select * from '" + secret + "'", "select * from read_text('" + secret + "')",
		"select * from glob('" + dir + "/*')", "copy (select 1) to '" + dir + "/out.csv'", "attach '" + dir + "/other.duckdb' as other",
		"export database '" + dir + "/all'", "set enable_external_access = true", "reset enable_external_access", "set lock_configuration = false",
		"set memory_limit = '1TB'", "load httpfs", "install httpfs",
	} {
		if err := w.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was allowed", statement)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files were made: %v", left)
	}
}

// TestPathsTheDriverMisreadsAreRefused: behind such a character limits and read-only would be lost without a word.
func TestPathsTheDriverMisreadsAreRefused(t *testing.T) {
	for _, name := range []string{"town#1", "town?", "100%"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, "w.duckdb")
		w, err := Open(t.Context(), Config{Path: at, MemoryLimit: "200MB"})
		if err == nil {
			err = w.Close() // no refusal, below
		}
		var fault *pipelines.Fault
		if !errors.As(err, &fault) || fault.At != at || fault.Next == "" {
			t.Errorf("%s: %v, want a refusal that says what to do", name, err)
		}
	}
}

// TestNumbersLargerThanAnIntegerKeepTheirSign: hash() gives such.
func TestNumbersLargerThanAnIntegerKeepTheirSign(t *testing.T) {
	table, err := opened(t, Config{}).Query(t.Context(), "select cast(18446744073709551615 as ubigint), cast(7 as ubigint)")
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Rows[0]; got[0] != any(18446744073709551615.0) || got[1] != any(int64(7)) {
		t.Errorf("%v", got)
	}
}

// Lists and rows within rows have no type of their own in a Table: they are written as JSON.
func TestNestedValuesAreJSON(t *testing.T) {
	w := opened(t, Config{})
	table, err := w.Query(t.Context(), `select ['甲', '乙'] as l, {'n': 1.5::decimal(5, 2), 'of': [null, 2]} as r`)
	if err != nil {
		t.Fatal(err)
	}
	if l, r := table.Rows[0][0], table.Rows[0][1]; l != `["甲","乙"]` || r != `{"n":1.5,"of":[null,2]}` {
		t.Errorf("%v %v", l, r)
	}
}

// TestDamageIsToldFromOtherErrors damages a file in the ways disks and people do.
func TestDamageIsToldFromOtherErrors(t *testing.T) {
	at := filepath.Join(t.TempDir(), "w.duckdb")
	w := opened(t, Config{Path: at})
	run(t, w, "create table rows as select i, hash(i) as h from range(200000) t(i)")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		content := slices.Clone(whole)
		content[at] ^= 4
		return content
	}
	for name, content := range map[string][]byte{
		"empty": {}, "text": []byte("no database\n"), "half": whole[:len(whole)/2], "a bit of the header": flipped(100), "a bit of a row": flipped(len(whole) - 500_000),
	} {
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, readOnly := range []bool{true, false} {
			w, err := Open(t.Context(), Config{Path: at, ReadOnly: readOnly})
			var fault *pipelines.Fault
			if errors.As(err, &fault) && (fault.At != at || fault.Next != Mend) {
				t.Errorf("%s: %v does not say where and what helps", name, err)
			}
			if err == nil {
				_, err = w.Query(t.Context(), "select sum(h) from rows")
				err = errors.Join(err, w.Close())
			}
			if !errors.Is(err, pipelines.ErrDamaged) {
				t.Errorf("%s, read only %t: %v", name, readOnly, err)
			}
		}
	}
	for name, c := range map[string]struct {
		config Config
		query  string
	}{
		"no such file": {Config{Path: at + "x", ReadOnly: true}, "select 1"}, "no such table": {Config{}, "select * from nothing"},
	} {
		w, err := Open(t.Context(), c.config)
		if err == nil {
			_, err = w.Query(t.Context(), c.query)
			err = errors.Join(err, w.Close())
		}
		if err == nil || errors.Is(err, pipelines.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestADamagedLogIsDamage copies a warehouse while it is open, as a killed process leaves it: with a log of what was committed
// last. Whatever byte of the log changes, the rows are there, or the log is left out as a whole, or it is told.
func TestADamagedLogIsDamage(t *testing.T) {
	dir := t.TempDir()
	at, left := filepath.Join(dir, "w.duckdb"), filepath.Join(dir, "left.duckdb")
	w := opened(t, Config{Path: at})
	run(t, w, "create table rows as select i from range(10) t(i)")
	run(t, w, "checkpoint")
	run(t, w, "insert into rows select i from range(10, 2000) t(i)")
	database, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(at + ".wal")
	if err != nil || len(log) < 1000 {
		t.Fatalf("%d bytes, %v", len(log), err)
	}
	told, whole, without := 0, 0, 0
	for flip := 0; flip < len(log); flip += 1 + flip/20 {
		content := slices.Clone(log)
		content[flip] ^= 4
		if err := errors.Join(os.WriteFile(left, database, 0o600), os.WriteFile(left+".wal", content, 0o600)); err != nil {
			t.Fatal(err)
		}
		damaged, err := Open(t.Context(), Config{Path: left, ReadOnly: true, Threads: 1})
		if err != nil {
			var fault *pipelines.Fault
			if !errors.Is(err, pipelines.ErrDamaged) || !errors.As(err, &fault) || fault.Next != Mend {
				t.Errorf("byte %d: %v", flip, err)
			}
			told++
			continue
		}
		switch got := asked(t, damaged, "select count(*), sum(i) from rows"); got {
		case "[[2000 1999000]]":
			whole++
		case "[[10 45]]":
			without++
		default:
			t.Errorf("byte %d: the table holds %s", flip, got)
		}
		if err := damaged.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if told < 30 {
		t.Errorf("%d of %d flips were told", told, told+whole+without)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	w := opened(t, Config{AnswerLimit: 1 << 20})
	for query, tooMuch := range map[string]bool{
		"select 1": false, "select i from range(5000) t(i)": false, "select i from range(50000) t(i)": true, "select repeat('x', 2000000)": true,
	} {
		if _, err := w.Query(t.Context(), query); errors.Is(err, ErrTooMuch) != tooMuch || !tooMuch && err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestAnAnswerThatEndsEarlyIsNone: an answer is counted where it ends between two pieces, and one that lacks rows is an error. An answer
// that is empty or of so many rows, or cannot be counted, is none.
func TestAnAnswerThatEndsEarlyIsNone(t *testing.T) {
	w := opened(t, Config{AnswerLimit: 1 << 20})
	for _, query := range []string{"select 1 where false;", "select i from range(2048) t(i) -- all", "show tables", "describe select 1", "explain select 1"} {
		if _, err := w.Query(t.Context(), query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	for rows, early := range map[int]bool{0: true, 2048: true, 4096: false} {
		if err := w.whole(t.Context(), "select i from range(4096) t(i) -- all", rows); errors.Is(err, ErrTooMuch) != early {
			t.Errorf("%d rows of 4096: %v", rows, err)
		}
	}
	small := opened(t, Config{MemoryLimit: "20MB", TempLimit: "1MB"})
	if err := small.whole(t.Context(), "select distinct i from range(100000000) t(i)", 0); !errors.Is(err, ErrTooMuch) {
		t.Errorf("rows that the memory cannot count: %v", err)
	}
}

func TestAFileIsTheOwnersAlone(t *testing.T) {
	at := filepath.Join(t.TempDir(), "w.duckdb")
	opened(t, Config{Path: at})
	if info, err := os.Stat(at); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestOnlyQuestionsAreQuestions asks the engine's parser, which no quoting deceives.
func TestOnlyQuestionsAreQuestions(t *testing.T) {
	w := opened(t, Config{Sandboxed: true})
	run(t, w, "create table rows as select range as i, range % 3 as k from range(9)")
	for query, want := range map[string]error{
		"select 1": nil, "with a as (select 1) select * from a;": nil, "from rows": nil, "describe rows": nil, "summarize rows": nil, "show tables": nil,
		"explain select 1": nil, "values (1), (2)": nil, "select ';'; -- end": nil, "pivot rows on k using count(*)": nil, "selec 1": nil, "select * from nothing": nil, "": nil,
		"select 1; select 2":                            ErrSeveral,
		"select $a$'$a$ as x, '1'; drop table rows --'": ErrSeveral,
		"pivot rows on k using count(*); checkpoint":    ErrSeveral,
		"call enable_logging()":                         ErrNoQuestion,
		"set threads = 1":                               ErrNoQuestion, "attach ':memory:' as x": ErrNoQuestion, "create table x as select 1": ErrNoQuestion,
		"insert into rows values (1, 1)": ErrNoQuestion, "delete from rows": ErrNoQuestion, "begin": ErrNoQuestion, "checkpoint": ErrNoQuestion, "vacuum": ErrNoQuestion,
	} {
		if err := w.Question(t.Context(), query); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", query, err, want)
		}
	}
	if got := asked(t, w, "select count(*) from rows"); got != "[[9]]" {
		t.Errorf("asking what a statement is has run it: %s rows", got)
	}
}

// TestWhatSpillsIsBounded sorts more than memory holds, with hardly any room to spill.
func TestWhatSpillsIsBounded(t *testing.T) {
	dir := t.TempDir()
	w := opened(t, Config{MemoryLimit: "60MB", Threads: 1, TempDir: filepath.Join(dir, "spill"), TempLimit: "10MB", Sandboxed: true})
	_, err := w.Query(t.Context(), "select count(*) from (select distinct hash(range) || 'x' as h from range(20000000))")
	if err == nil || !strings.Contains(err.Error(), "Out of Memory") {
		t.Errorf("%v", err)
	}
}
