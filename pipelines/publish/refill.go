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
func Refill(ctx context.Context, w *warehouse.Warehouse, g Generation) (err error) {
	defer func() {
		if err != nil {
			err = &pipelines.Fault{Op: "fill the warehouse from", At: g.Path, Err: err, Next: "build it from what landed: hulian run"}
		}
	}()
	if err := w.Exec(ctx, fmt.Sprintf("attach '%s' as published (read_only)", strings.ReplaceAll(g.Path, "'", "''"))); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Exec(context.WithoutCancel(ctx), "detach published")) }()
	schemas := slices.DeleteFunc(slices.Clone(copied), func(schema string) bool { return schema == "marts" })
	return w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		needed, err := columnsWithin(ctx, tx, "current_database()", schemas)
		if err != nil {
			return err
		}
		held, err := columnsWithin(ctx, tx, "'published'", schemas)
		if err != nil {
			return err
		}
		for name, columns := range held {
			if !slices.Equal(columns, needed[name]) {
				return fmt.Errorf("%w: %s (%s), and not %s", ErrOtherTables, name, strings.Join(columns, ", "), strings.Join(needed[name], ", "))
			}
		}
		for name := range needed {
			if held[name] == nil {
				return fmt.Errorf("%w: no %s", ErrOtherTables, name)
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf("insert into %s by name select * from published.%s", name, name)); err != nil {
				return fmt.Errorf("copy %s: %w", name, err)
			}
		}
		return nil
	})
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
