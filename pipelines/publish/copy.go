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
	"hulian/pipelines"
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
		if t.holds(before.Manifest.content(t.Table)) {
			same[t.Table] = true
		}
	}
	return same
}

// writeDatabase copies the tables into a database file of its own and adds the views of main. Encoding a table anew costs
// many times its bytes' copy, so the file before, where there is one, is the beginning, and only what changed is replaced.
func writeDatabase(ctx context.Context, w *warehouse.Warehouse, path string, number int, tables []table, before Generation, same map[string]bool) error {
	if before.Path != "" && len(same) > 0 {
		wasteful, err := tryDatabase(ctx, w, path, number, tables, before, same)
		if err == nil && !wasteful {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	// From nothing: the first, one after much was replaced, or one whose beginning cannot be read.
	_, err := tryDatabase(ctx, w, path, number, tables, Generation{}, nil)
	return err
}

// tryDatabase writes the file, upon that of another generation or from nothing; wasteful says that most of it is left over
// from what was replaced.
func tryDatabase(ctx context.Context, w *warehouse.Warehouse, path string, number int, tables []table, before Generation, same map[string]bool) (wasteful bool, err error) {
	if err := errors.Join(os.RemoveAll(path), os.RemoveAll(path+".wal")); err != nil { // what a try before left
		return false, err
	}
	if before.Path != "" {
		if err := copyFile(before.Path, path); err != nil {
			return false, err
		}
	}
	alias := strings.ReplaceAll(generationName(number), "-", "_")
	if err := w.Exec(ctx, fmt.Sprintf("attach '%s' as %s", strings.ReplaceAll(path, "'", "''"), alias)); err != nil {
		return false, err
	}
	kept, fill := fillDatabase(ctx, w, alias, tables, before, same)
	// Not the caller's context: a cancelled run must still let go of the file.
	if err := errors.Join(fill, w.Exec(context.WithoutCancel(ctx), "detach "+alias)); err != nil {
		return false, err
	}
	if wasteful, err = finishDatabase(ctx, path, tables, kept); err != nil {
		return false, err
	}
	return wasteful, durable.Sync(path)
}

// fillDatabase copies the tables that are not there yet as they are now, and drops what is no more. It names the tables it left as they
// are.
func fillDatabase(ctx context.Context, w *warehouse.Warehouse, alias string, tables []table, before Generation, same map[string]bool) (kept map[string]bool, err error) {
	found, err := columnsOf(ctx, w, "'"+alias+"'", copied)
	if err != nil {
		return nil, err
	}
	kept = map[string]bool{}
	there := map[string]table{}
	for _, t := range found {
		there[t.name] = t
		if !slices.ContainsFunc(tables, func(now table) bool { return now.name == t.name }) {
			if err := w.Exec(ctx, "drop table "+alias+"."+t.name); err != nil {
				return nil, err
			}
		}
	}
	for _, schema := range copied {
		if err := w.Exec(ctx, "create schema if not exists "+alias+"."+schema); err != nil {
			return nil, err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var small []table
	for _, t := range tables {
		stands := slices.Equal(there[t.name].columns, t.columns)
		if kept[t.name] = stands && same[t.name]; kept[t.name] {
			continue
		}
		if t.rows() < replacedRows {
			small = append(small, t)
			continue
		}
		group.Go(func() error {
			if err := copyTable(ctx, w, alias, t, stands, before.Manifest.content(t.name)); err != nil {
				return pipelines.Errorf("copy %s: %w", t.name, err)
			}
			return nil
		})
	}
	// In one transaction: a hundred of them would wait for the disk a hundred times.
	group.Go(func() error {
		return w.Transact(ctx, func(tx *warehouse.Tx) error {
			for _, t := range small {
				if _, err := tx.Exec(ctx, copyWhole(alias, t)); err != nil {
					return pipelines.Errorf("copy %s: %w", t.name, err)
				}
			}
			return nil
		})
	})
	return kept, group.Wait()
}

// finishDatabase opens the copy by itself, so that the views name its own tables and nothing of the warehouse, and
// closes it, which checkpoints.
func finishDatabase(ctx context.Context, path string, tables []table, kept map[string]bool) (wasteful bool, err error) {
	snapshot, err := warehouse.Open(ctx, warehouse.Config{Path: path})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	// In one transaction too.
	if err := snapshot.Transact(ctx, func(tx *warehouse.Tx) error { return addViews(ctx, tx, tables, kept) }); err != nil {
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

// addViews makes main hold a view of every table but those of the history and of what waits, and nothing else. The views of tables that were
// left as they are stay: hundreds of small statements would take longer than all the rows.
func addViews(ctx context.Context, tx *warehouse.Tx, tables []table, kept map[string]bool) error {
	old, err := tx.Query(ctx, "select table_name from information_schema.tables where table_catalog = current_database() and table_schema = 'main'")
	if err != nil {
		return err
	}
	stay := map[string]bool{}
	for _, row := range old.Rows {
		stay[row[0].(string)] = slices.ContainsFunc(tables, func(t table) bool { return kept[t.name] && viewOf(t) == row[0] })
		if stay[row[0].(string)] {
			continue
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(`drop view main."%s"`, row[0])); err != nil {
			return err
		}
	}
	for _, t := range tables {
		schema, _, _ := strings.Cut(t.name, ".")
		name := viewOf(t)
		if name == "" || stay[name] {
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
			return pipelines.Errorf("view of %s: %w", t.name, err)
		}
	}
	return nil
}

// viewOf names the view of a table in main; tables of the history and of what waits have none.
func viewOf(t table) string {
	schema, name, _ := strings.Cut(t.name, ".")
	if schema == "history" || schema == "waiting" {
		return ""
	}
	return name
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
			return pipelines.Errorf("write %s: %w", filepath.Base(path), err)
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
