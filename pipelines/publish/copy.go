package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"hulian/data"
	"hulian/pipelines/durable"
	"hulian/pipelines/warehouse"
)

// unchanged names the tables whose rows, passing columns included, are in the generation before as they are now. Another
// version of the code may have named or typed columns otherwise: of that nothing is taken.
func unchanged(before Generation, now Manifest) map[string]bool {
	same := map[string]bool{}
	if before.Manifest.Version != now.Version {
		return same
	}
	for _, t := range now.Tables {
		if passing[t.Table] == nil && slices.Contains(before.Manifest.Tables, t) {
			same[t.Table] = true
		}
	}
	return same
}

// writeDatabase copies the tables into a database file of its own and adds the views of main. Encoding a table anew costs
// many times its bytes' copy, so the file before, where there is one, is the beginning, and only what changed is replaced.
func writeDatabase(ctx context.Context, w *warehouse.Warehouse, path string, number int, tables []table, before string, same map[string]bool) error {
	if before != "" && len(same) > 0 {
		wasteful, err := tryDatabase(ctx, w, path, number, tables, before, same)
		if err == nil && !wasteful {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	// From nothing: the first, one after much was replaced, or one whose beginning cannot be read.
	_, err := tryDatabase(ctx, w, path, number, tables, "", nil)
	return err
}

// tryDatabase writes the file, upon that of another generation or from nothing; wasteful says that most of it is left over
// from what was replaced.
func tryDatabase(ctx context.Context, w *warehouse.Warehouse, path string, number int, tables []table, before string, same map[string]bool) (wasteful bool, err error) {
	if err := errors.Join(os.RemoveAll(path), os.RemoveAll(path+".wal")); err != nil { // what a try before left
		return false, err
	}
	if before != "" {
		if err := copyFile(before, path); err != nil {
			return false, err
		}
	}
	alias := strings.ReplaceAll(generationName(number), "-", "_")
	if err := w.Exec(ctx, fmt.Sprintf("attach '%s' as %s", strings.ReplaceAll(path, "'", "''"), alias)); err != nil {
		return false, err
	}
	fill := fillDatabase(ctx, w, alias, tables, same)
	// Not the caller's context: a cancelled run must still let go of the file.
	if err := errors.Join(fill, w.Exec(context.WithoutCancel(ctx), "detach "+alias)); err != nil {
		return false, err
	}
	if wasteful, err = finishDatabase(ctx, path, tables); err != nil {
		return false, err
	}
	return wasteful, durable.Sync(path)
}

// fillDatabase copies the tables that are not there yet as they are now, and drops what is no more.
func fillDatabase(ctx context.Context, w *warehouse.Warehouse, alias string, tables []table, same map[string]bool) error {
	found, err := columnsOf(ctx, w, "'"+alias+"'", copied)
	if err != nil {
		return err
	}
	there := map[string]table{}
	for _, t := range found {
		there[t.name] = t
		if !slices.ContainsFunc(tables, func(now table) bool { return now.name == t.name }) {
			if err := w.Exec(ctx, "drop table "+alias+"."+t.name); err != nil {
				return err
			}
		}
	}
	for _, schema := range copied {
		if err := w.Exec(ctx, "create schema if not exists "+alias+"."+schema); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0)) // most tables are too small to keep a second thread of the engine at work
	for _, t := range tables {
		stands := slices.Equal(there[t.name].columns, t.columns)
		if stands && same[t.name] {
			continue
		}
		group.Go(func() error {
			if err := copyTable(ctx, w, alias, t, stands); err != nil {
				return fmt.Errorf("copy %s: %w", t.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// copyTable makes a table of the copy what the warehouse's is. Where it stands there, and is large, the rows alone are replaced that
// are others now: most of them are encoded already.
func copyTable(ctx context.Context, w *warehouse.Warehouse, alias string, t table, stands bool) error {
	if stands && t.rows() >= replacedRows && passing[t.name] == nil {
		err := w.Transact(ctx, func(tx *warehouse.Tx) error { return replaceRows(ctx, tx, alias+"."+t.name, t) })
		if !errors.Is(err, errOtherRows) {
			return err
		}
	}
	return w.Exec(ctx, fmt.Sprintf("create or replace table %s.%s as from %s", alias, t.name, t.name))
}

// replacedRows is the size from which on the rows of a table are compared before it is copied anew: what takes some time to encode.
const replacedRows = 50_000

// errOtherRows says that a table cannot be had, or not cheaply, by replacing some of its rows.
var errOtherRows = errors.New("too many rows are others")

// replaceRows takes the rows out of a copy that the table does not have and adds those it lacks, told apart by their hashes, each of
// which is made once, and again where rows are to be added. Rows that stand several times are not told apart: whether the copy then holds what the table does say the number
// of its rows and the sum of their hashes.
func replaceRows(ctx context.Context, tx *warehouse.Tx, copied string, t table) error {
	for _, made := range []string{
		"rows_before as select hash(t) as h, rowid as id from " + copied + " t",
		"rows_now as select hash(t) as h from " + t.name + " t", // it may be a view, whose rows have no number
		"rows_gone as from rows_before b anti join rows_now n on n.h = b.h",
		"rows_fresh as from rows_now n anti join rows_before b on b.h = n.h",
	} {
		if _, err := tx.Exec(ctx, "create or replace temp table "+made); err != nil {
			return err
		}
	}
	found, err := tx.Query(ctx, `select (select count(*) from rows_gone), (select count(*) from rows_fresh),
		sum(n) || ':' || sum(h) || ':' from (select count(*) as n, coalesce(sum(h), 0) as h from rows_before union all
			select -count(*), -coalesce(sum(h), 0) from rows_gone union all select count(*), coalesce(sum(h), 0) from rows_fresh)`)
	if err != nil {
		return err
	}
	gone, fresh, held := found.Rows[0][0].(int64), found.Rows[0][1].(int64), found.Rows[0][2].(string)
	if gone > t.rows()/4 || !strings.HasPrefix(t.content, held) {
		return errOtherRows
	}
	if gone > 0 {
		if _, err := tx.Exec(ctx, fmt.Sprintf("delete from %s where rowid in (select id from rows_gone)", copied)); err != nil {
			return err
		}
	}
	if fresh > 0 {
		if _, err := tx.Exec(ctx, fmt.Sprintf("insert into %s from %s t where hash(t) in (select h from rows_fresh)", copied, t.name)); err != nil {
			return err
		}
	}
	for _, made := range []string{"rows_before", "rows_now", "rows_gone", "rows_fresh"} {
		if _, err := tx.Exec(ctx, "drop table "+made); err != nil {
			return err
		}
	}
	return nil
}

// finishDatabase opens the copy by itself, so that the views name its own tables and nothing of the warehouse, and
// closes it, which checkpoints.
func finishDatabase(ctx context.Context, path string, tables []table) (wasteful bool, err error) {
	snapshot, err := warehouse.Open(ctx, warehouse.Config{Path: path})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	// In one transaction: a hundred of them would wait for the disk a hundred times.
	if err := snapshot.Transact(ctx, func(tx *warehouse.Tx) error { return addViews(ctx, tx, tables) }); err != nil {
		return false, err
	}
	if err := snapshot.Exec(ctx, "checkpoint"); err != nil {
		return false, err
	}
	size, err := snapshot.Query(ctx, "select free_blocks > used_blocks from pragma_database_size()")
	if err != nil {
		return false, err
	}
	return size.Rows[0][0] == true, nil
}

// addViews makes main hold a view of every table but those of the history and of what waits, and nothing else.
func addViews(ctx context.Context, tx *warehouse.Tx, tables []table) error {
	old, err := tx.Query(ctx, "select table_name from information_schema.tables where table_catalog = current_database() and table_schema = 'main'")
	if err != nil {
		return err
	}
	for _, row := range old.Rows {
		if _, err := tx.Exec(ctx, fmt.Sprintf(`drop view main."%s"`, row[0])); err != nil {
			return err
		}
	}
	for _, t := range tables {
		schema, name, _ := strings.Cut(t.name, ".")
		if schema == "history" || schema == "waiting" {
			continue
		}
		columns := t.columns
		if contract, ok := data.ContractOf(name); ok && schema == "exports" {
			columns = nil
			for _, c := range contract.Columns {
				columns = append(columns, `"`+c.ID+`"`)
			}
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(`create view main."%s" as select %s from %s`, name, strings.Join(columns, ", "), t.name)); err != nil {
			return fmt.Errorf("view of %s: %w", t.name, err)
		}
	}
	return nil
}

// writeParquet writes the marts for other tools. Files of the generation before that hold the same are given a second
// name: nobody writes to them any more.
func writeParquet(ctx context.Context, w *warehouse.Warehouse, folder string, tables []table, before string, same map[string]bool) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := durable.MkdirAll(folder); err != nil {
		return err
	}
	for _, t := range tables {
		name, ok := strings.CutPrefix(t.name, "marts.")
		if !ok {
			continue
		}
		path := filepath.Join(folder, name+".parquet")
		if same[t.name] && os.Link(filepath.Join(before, name+".parquet"), path) == nil {
			continue
		}
		if err := w.Exec(ctx, fmt.Sprintf("copy (from %s) to '%s' (format parquet, compression zstd)", t.name, strings.ReplaceAll(path, "'", "''"))); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Base(path), err)
		}
		if err := os.Chmod(path, durable.FileMode); err != nil { // the engine asks the process's umask
			return err
		}
		if err := durable.Sync(path); err != nil {
			return err
		}
	}
	return durable.Sync(folder)
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, durable.FileMode)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
