package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	engine "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"hulian/pipelines"
)

// FileName is the database in a town's folder.
const FileName = "accounts.db"

// busy is how long a writer waits for another one, of this process or of a command beside it.
const busy = 5 * time.Second

// connections are opened at most: readers run side by side, writers one after another anyway.
const connections = 8

// schema holds the migrations in the order of their names. One that was released is never edited.
//
//go:embed schema/*.sql
var schema embed.FS

// ErrNewer is what Open answers for a file of a newer program.
var ErrNewer = errors.New("a newer hulian has written this file")

// DB is the open database.
type DB struct{ *sql.DB }

// Open opens the database of a file, makes it where there is none, and brings its schema up to date.
func Open(ctx context.Context, path string) (*DB, error) {
	db, err := open(ctx, path, schema)
	if err != nil {
		return nil, explained(path, err)
	}
	return db, nil
}

func open(ctx context.Context, path string, schema fs.FS) (_ *DB, err error) {
	if err := private(path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", source(path))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, pool.Close())
		}
	}()
	pool.SetMaxOpenConns(connections)
	db := &DB{pool}
	return db, db.migrate(ctx, path, schema)
}

// private makes the file for its owner alone, or takes it from others. The files beside it, for writing ahead, get its rights.
func private(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if runtime.GOOS == "windows" {
		return nil // rights are those of the folder
	}
	return file.Chmod(0o600)
}

// source is the address of the file for the driver. Transactions take the lock for writing when they begin: one that reads
// first and writes then would fail beside another of its kind, however long it may wait.
func source(path string) string {
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "trusted_schema(off)",
	}}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: pragmas.Encode()}).String()
}

// migrate applies the migrations the file lacks. Its number of applied ones is SQLite's own user_version.
func (db *DB) migrate(ctx context.Context, path string, schema fs.FS) error {
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	version, err := db.version(ctx)
	switch {
	case err != nil:
		return err
	case version > len(names):
		return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, version, len(names))
	case version == len(names):
		return nil
	case version > 0:
		if err := db.CopyTo(ctx, fmt.Sprintf("%s.schema-%d", path, version)); err != nil {
			return fmt.Errorf("copy before changing the schema: %w", err)
		}
	}
	return db.Transact(ctx, func(tx *sql.Tx) error {
		// Another process may have been faster.
		if err := tx.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
			return err
		}
		for i := version; i < len(names); i++ {
			text, err := fs.ReadFile(schema, names[i])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %s: %w", names[i], err)
			}
		}
		if err := sound(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", max(version, len(names))))
		return err
	})
}

func (db *DB) version(ctx context.Context) (version int, err error) {
	err = db.QueryRowContext(ctx, "pragma user_version").Scan(&version)
	return version, err
}

// sound refuses a migration that left rows pointing nowhere, or a file whose pages contradict each other.
func sound(ctx context.Context, tx *sql.Tx) error {
	var table string
	err := tx.QueryRowContext(ctx, "select \"table\" from pragma_foreign_key_check limit 1").Scan(&table)
	if !errors.Is(err, sql.ErrNoRows) {
		return errors.Join(fmt.Errorf("rows of %s point nowhere", table), err)
	}
	var said string
	if err := tx.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", pipelines.ErrDamaged, said)
	}
	return nil
}

// Check reads the whole file and says what in it contradicts itself.
func (db *DB) Check(ctx context.Context) error {
	return db.Transact(ctx, func(tx *sql.Tx) error { return sound(ctx, tx) })
}

// CopyTo writes the whole database into another file, for its owner alone, while others go on writing. An older copy of that
// name is replaced.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	half := path + ".tmp"
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := private(half); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "vacuum into ?", half); err != nil {
		return err
	}
	return os.Rename(half, path)
}

// Transact runs do in one transaction, alone among writers: all of it holds or nothing, also where do panics.
func (db *DB) Transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // says that the transaction is over where it was committed
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// explained says of an error of opening what to do.
func explained(path string, err error) error {
	fault := &pipelines.Fault{Op: "open accounts", At: path, Err: err}
	var failed *engine.Error
	switch {
	case errors.Is(err, ErrNewer):
		fault.Next = "use the newer program; to go back, put the copy " + filepath.Base(path) + ".schema-N in its place, which lacks what came later"
	case errors.As(err, &failed) && (failed.Code()&0xff == codes.SQLITE_NOTADB || failed.Code()&0xff == codes.SQLITE_CORRUPT):
		fault.Err, fault.Next = fmt.Errorf("%w: %w", pipelines.ErrDamaged, err), "move the file aside and put one of a backup in its place"
	case errors.Is(err, fs.ErrPermission):
		fault.Next = "run hulian under the account that owns the folder"
	}
	return fault
}
