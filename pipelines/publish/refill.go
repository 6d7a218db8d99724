package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/warehouse"
)

// ErrOtherTables says that a generation does not hold the tables a warehouse has now: another version published it.
var ErrOtherTables = errors.New("the snapshot holds other tables than the warehouse needs")

// Refill fills an empty warehouse with all that a generation holds and that cannot be computed again: the rows that were loaded,
// their versions, what waits, and what people decided. Models are built by the next run. The caller has verified the
// generation. It wraps ErrOtherTables, and leaves the warehouse empty, where the generation lacks a table or has one or a
// column too many: a part of it would be lost without a word.
func Refill(ctx context.Context, w *warehouse.Warehouse, g Generation) error {
	return fill(ctx, w, g, func(tx *warehouse.Tx, needed, held map[string][]string) error {
		for name, columns := range held {
			if !slices.Equal(columns, needed[name]) {
				return pipelines.Errorf("%w: %s (%s), and not %s", ErrOtherTables, name, strings.Join(columns, ", "), strings.Join(needed[name], ", "))
			}
		}
		for name, columns := range needed {
			if held[name] == nil {
				return pipelines.Errorf("%w: no %s", ErrOtherTables, name)
			}
			if err := take(ctx, tx, name, columns); err != nil {
				return err
			}
		}
		return nil
	})
}

// Recall fills an empty warehouse with what a generation of any version knows of files, problems and decisions, and has the
// warehouse say of itself that nothing is to be built upon it: the next run loads everything anew, and people know problems by the
// numbers they had.
func Recall(ctx context.Context, w *warehouse.Warehouse, g Generation) error {
	return fill(ctx, w, g, func(tx *warehouse.Tx, needed, held map[string][]string) error {
		for name, columns := range needed {
			columns = slices.DeleteFunc(slices.Clone(columns), func(column string) bool { return !slices.Contains(held[name], column) })
			if len(columns) == 0 || !strings.HasPrefix(name, "ops.") {
				continue
			}
			if err := take(ctx, tx, name, columns); err != nil {
				return err
			}
		}
		return ledger.Distrust(ctx, tx)
	})
}

// fill hands what an empty warehouse needs, and what a generation holds, to whoever copies it: columns by table.
func fill(ctx context.Context, w *warehouse.Warehouse, g Generation, copied func(tx *warehouse.Tx, needed, held map[string][]string) error) (err error) {
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "fill the warehouse from", At: g.Path, Err: err, Next: "build it from what landed: hulian run"}
		}
	}()
	if err := w.Exec(ctx, fmt.Sprintf("attach '%s' as published (read_only)", strings.ReplaceAll(g.Path, "'", "''"))); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Exec(context.WithoutCancel(ctx), "detach published")) }()
	return w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		needed, err := columnsWithin(ctx, tx, "current_database()", loaded)
		if err != nil {
			return err
		}
		held, err := columnsWithin(ctx, tx, "'published'", loaded)
		if err != nil {
			return err
		}
		return copied(tx, needed, held)
	})
}

// take copies columns of one table.
func take(ctx context.Context, tx *warehouse.Tx, name string, columns []string) error {
	list := `"` + strings.Join(columns, `", "`) + `"`
	if _, err := tx.Exec(ctx, fmt.Sprintf("insert into %s (%s) select %s from published.%s", name, list, list, name)); err != nil {
		return pipelines.Errorf("copy %s: %w", name, err)
	}
	return nil
}

// columnsWithin lists the columns of the tables of some schemas of a database, in order of name, by schema.table. Database is
// an expression.
func columnsWithin(ctx context.Context, tx *warehouse.Tx, database string, schemas []string) (map[string][]string, error) {
	found, err := tx.Query(ctx, "select schema_name || '.' || table_name, column_name from duckdb_columns() where database_name = "+database+
		" and schema_name in ('"+strings.Join(schemas, "', '")+"') order by 1, 2")
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, row := range found.Rows {
		if name := row[0].(string); !slices.Contains(inner, name) {
			all[name] = append(all[name], row[1].(string))
		}
	}
	return all, nil
}
