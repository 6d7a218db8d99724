package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"hulian/pipelines"
)

// at is a file in a folder whose name an address would misread.
func at(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "逍林镇 50%?#")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, FileName)
}

func opened(t *testing.T, path string, schema fs.FS) *DB {
	t.Helper()
	db, err := open(t.Context(), path, schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := at(t)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	db := opened(t, path, schema)
	if _, err := db.ExecContext(t.Context(), "insert into failures values ('a', x'00', 1)"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) < 2 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", e.Name(), info.Mode(), err)
		}
	}
}

func TestEveryConnectionKeepsTheRules(t *testing.T) {
	db := opened(t, at(t), schema)
	var held []*sql.Conn
	for range connections {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
		for pragma, want := range map[string]string{"foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "5000", "synchronous": "2"} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "pragma "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
			}
		}
	}
	for _, conn := range held {
		_ = conn.Close()
	}
	if _, err := db.ExecContext(t.Context(), "insert into links values (x'00', 'reset', 7, 1, null)"); err == nil {
		t.Error("a link of nobody's account is taken")
	}
}

// TestWritersWaitForEachOther: read-then-write transactions side by side, from two handles as of two processes.
func TestWritersWaitForEachOther(t *testing.T) {
	path := at(t)
	handles := []*DB{opened(t, path, schema), opened(t, path, schema)}
	if _, err := handles[0].ExecContext(t.Context(), "insert into sessions values ('n', x'00', 0)"); err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 20
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for range each {
				err := handles[w%2].Transact(t.Context(), func(tx *sql.Tx) error {
					var n int
					if err := tx.QueryRowContext(t.Context(), "select expires_at from sessions where token = 'n'").Scan(&n); err != nil {
						return err
					}
					_, err := tx.ExecContext(t.Context(), "update sessions set expires_at = ? where token = 'n'", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	var n int
	if err := handles[0].QueryRowContext(t.Context(), "select expires_at from sessions").Scan(&n); err != nil || n != writers*each {
		t.Errorf("%d of %d changes hold: %v", n, writers*each, err)
	}
}

func TestATransactionHoldsWhollyOrNotAtAll(t *testing.T) {
	db := opened(t, at(t), schema)
	wanted := errors.New("no")
	insert := func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "insert into failures values ('a', x'00', 1)")
		return err
	}
	if err := db.Transact(t.Context(), func(tx *sql.Tx) error { return errors.Join(insert(tx), wanted) }); !errors.Is(err, wanted) {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Transact(t.Context(), func(tx *sql.Tx) error { _ = insert(tx); panic("no") })
	}()
	var n int
	if err := db.QueryRowContext(t.Context(), "select count(*) from failures").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows of undone transactions: %v", n, err)
	}
}

func migrations(texts ...string) fs.FS {
	all := fstest.MapFS{}
	for i, text := range texts {
		all[fmt.Sprintf("schema/%04d.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestMigrationsGoForwardAfterACopy(t *testing.T) {
	path := at(t)
	first, second := "create table a (n integer); insert into a values (1);", "alter table a add column m integer; update a set m = n + 1;"
	if err := opened(t, path, migrations(first)).Close(); err != nil {
		t.Fatal(err)
	}
	if err := opened(t, path, migrations(first, second)).Close(); err != nil {
		t.Fatal(err)
	}
	db := opened(t, path, migrations(first, second)) // nothing to do
	var n, m int
	if err := db.QueryRowContext(t.Context(), "select n, m from a").Scan(&n, &m); err != nil || n != 1 || m != 2 {
		t.Errorf("%d %d %v", n, m, err)
	}
	before := opened(t, path+".schema-1", migrations(first))
	if err := before.QueryRowContext(t.Context(), "select n from a").Scan(&n); err != nil || n != 1 {
		t.Errorf("the copy: %v", err)
	}
	if info, err := os.Stat(path + ".schema-1"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v %v", info, err)
	}
	if _, err := open(t.Context(), path, migrations(first)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestAFailedMigrationLeavesTheOldSchema(t *testing.T) {
	path := at(t)
	first := "create table a (n integer primary key); create table b (n integer references a (n));"
	if err := opened(t, path, migrations(first)).Close(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"alter table a add column m integer; no sql at all;", "pragma defer_foreign_keys = on; insert into b values (7);"} {
		if _, err := open(t.Context(), path, migrations(first, bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	db := opened(t, path, migrations(first))
	if version, err := db.version(t.Context()); err != nil || version != 1 {
		t.Errorf("schema %d, %v", version, err)
	}
}

func TestTwoProcessesMigrateOnce(t *testing.T) {
	path := at(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			db, err := open(context.WithoutCancel(t.Context()), path, schema)
			if err != nil {
				t.Error(err)
				return
			}
			_ = db.Close()
		})
	}
	group.Wait()
}

func TestADamagedOrNewerFileIsRefusedWithAdvice(t *testing.T) {
	path := at(t)
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	var fault *pipelines.Fault
	if !errors.Is(err, pipelines.ErrDamaged) || !errors.As(err, &fault) || fault.Next == "" {
		t.Errorf("%v", err)
	}
	path = at(t)
	db := opened(t, path, schema)
	if _, err := db.ExecContext(t.Context(), "pragma user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNewer) || !errors.As(err, &fault) || !strings.Contains(fault.Next, "newer") {
		t.Errorf("%v", err)
	}
}
