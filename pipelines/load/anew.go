package load

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/warehouse"
)

// Anew loads everything into an empty warehouse, in place of one that Load has refused with ErrRebuild. What people know
// problems by stays: a problem that was known before keeps its number and the run it was found in, and one that has been
// settled since, for instance by a list that its row had waited for, stays on record. The Result speaks of the files that
// were new, or that are read otherwise now.
func Anew(ctx context.Context, before, fresh *warehouse.Warehouse, c Config) (Result, error) {
	result, err := Load(ctx, fresh, c)
	if err != nil {
		return Result{}, err
	}
	var known record
	if err := before.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := ledger.Prepare(ctx, tx); err != nil {
			return err
		}
		return known.read(ctx, tx)
	}); err != nil {
		return Result{}, err
	}
	err = fresh.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := known.carry(ctx, tx); err != nil {
			return err
		}
		old, err := statements.Query(ctx, tx, "as_before", data.Contract{}, nil)
		if err != nil {
			return err
		}
		unchanged := func(id, name string) bool {
			return slices.ContainsFunc(old.Rows, func(row []any) bool { return row[0] == id && row[1] == name })
		}
		result.Files = slices.DeleteFunc(result.Files, func(f pipelines.Reconciliation) bool { return unchanged(f.FileID, f.Name) })
		result.Problems = slices.DeleteFunc(result.Problems, func(p pipelines.Problem) bool { return unchanged(p.FileID, p.File) })
		result.Held = slices.DeleteFunc(result.Held, func(name string) bool {
			return !slices.ContainsFunc(result.Files, func(f pipelines.Reconciliation) bool { return f.Name == name && f.Problem.Holds() })
		})
		book := ledger.Book{Tx: tx}
		return book.End(ctx)
	})
	if err != nil {
		return Result{}, &pipelines.Fault{Op: "load", Err: err, Next: "the warehouse is as it was before; run again"}
	}
	return result, nil
}

// record is what a warehouse knows of files and problems.
type record map[string]pipelines.Table

// carriedOver lists what is taken over from the warehouse before, by the table it is read into.
var carriedOver = []struct{ into, columns, query string }{
	{"before_files", "file_no bigint, state varchar, read_with varchar", "select file_no, state, read_with from ops.files"},
	{"before_lines", "file_no bigint, sheet varchar, export varchar, run_id varchar, accepted bigint, quarantined bigint, ignored bigint, problem varchar",
		"select file_no, sheet, export, run_id, accepted, quarantined, ignored, problem from ops.reconciliation"},
	{"before_problems", `problem_no bigint, file_no bigint, sheet varchar, export varchar, "row" bigint, letter varchar, column_id varchar, header varchar,
		code varchar, severity varchar, value varchar, detail varchar, state varchar, run_id varchar, row_key varchar`,
		`select problem_no, file_no, sheet, export, "row", letter, column_id, header, code, severity, value, detail, state, run_id, row_key from ops.problems`},
	{"before_loader", "version bigint", "select version from ops.loader"},
	{"before_settled", "problem_no bigint, file_no bigint", "select problem_no, file_no from ops.settled"},
	{"before_waivers", "problem_no bigint, waived_by varchar, reason varchar, waived_at timestamp", "select problem_no, waived_by, reason, waived_at from ops.waivers"},
}

func (r *record) read(ctx context.Context, tx *warehouse.Tx) error {
	*r = record{}
	for _, c := range carriedOver {
		table, err := tx.Query(ctx, c.query)
		if err != nil {
			return pipelines.Errorf("read %s: %w", c.into, err)
		}
		(*r)[c.into] = table
	}
	return nil
}

func (r record) carry(ctx context.Context, tx *warehouse.Tx) error {
	for _, c := range carriedOver {
		if _, err := tx.Exec(ctx, "create or replace temp table "+c.into+" ("+c.columns+")"); err != nil {
			return err
		}
		appender, err := tx.Appender("", c.into)
		if err != nil {
			return err
		}
		for _, row := range r[c.into].Rows {
			values := make([]driver.Value, len(row))
			for i, v := range row {
				values[i] = v
			}
			if err := appender.Row(values...); err != nil {
				return errors.Join(err, appender.Close())
			}
		}
		if err := appender.Close(); err != nil {
			return err
		}
	}
	_, err := statements.Exec(ctx, tx, "carry_over", data.Contract{}, nil)
	return err
}
