package ledger

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

//go:embed sql
var files embed.FS

// SQL is the set of this package's statements.
var SQL = func() *statement.Set {
	folder, err := fs.Sub(files, "sql")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return statement.Parse(folder)
}()

// all lists the contracts of everything a warehouse holds.
func all() []data.Contract { return slices.Concat(data.Entries(), data.Contracts()) }

// Schema returns the statements that make the tables of a warehouse: exports.<export> with the contract's columns and
// where each row came from, history.<export> with the versions a newer file replaced, waiting.<export> with rows that refer
// to what no registry has named yet, and ops.* with what happened to every file. Row counts of ops.reconciliation always
// add up, and ops.quarantine holds as many rows as its quarantined counts say. Each statement may be run again; none drops
// anything.
func Schema() []string {
	statements := []string{
		"create schema if not exists exports", "create schema if not exists history",
		"create schema if not exists waiting", "create schema if not exists ops",
	}
	for _, contract := range all() {
		var columns []string
		for _, column := range contract.Columns {
			columns = append(columns, statement.Quote(column.ID)+" "+column.SQLType())
		}
		body := strings.Join(append(columns, "_file bigint", "_row bigint"), ", ")
		statements = append(statements,
			fmt.Sprintf("create table if not exists exports.%s (%s)", contract.Export, body),
			fmt.Sprintf("create table if not exists history.%s (%s, _until_file bigint)", contract.Export, body),
			fmt.Sprintf("create table if not exists waiting.%s (%s, _sheet varchar, _silent bigint)", contract.Export, body))
	}
	return append(statements, statement.Split(SQL.SQL("schema", data.Contract{}, nil))...)
}

// Prepare makes the tables of Schema, and adds to those that stand the columns, and the times of day, of a newer version. It may be called on
// any warehouse, any number of times.
func Prepare(ctx context.Context, tx statement.Runner) error {
	known, err := tx.Query(ctx, `select schema_name, table_name, column_name, data_type from duckdb_columns()
		where schema_name in ('exports', 'history', 'waiting') and database_name = current_database()`)
	if err != nil {
		return err
	}
	have, days := map[string]bool{}, map[string]bool{}
	for _, row := range known.Rows {
		have[fmt.Sprintf("%s.%s", row[0], row[1])] = true
		have[fmt.Sprintf("%s.%s.%s", row[0], row[1], row[2])] = true
		days[fmt.Sprintf("%s.%s.%s", row[0], row[1], row[2])] = row[3] == "DATE"
	}
	for _, c := range all() {
		for _, schema := range []string{"exports", "history", "waiting"} {
			table := schema + "." + c.Export
			if schema == "waiting" && have[table] && !have[table+"._silent"] {
				if _, err := tx.Exec(ctx, "alter table "+table+" add column _silent bigint"); err != nil {
					return pipelines.Errorf("prepare %s: %w", table, err)
				}
			}
			for _, column := range c.Columns {
				if column.Type == data.TypeTimestamp && days[table+"."+column.ID] { // an earlier version kept the day alone
					if _, err := tx.Exec(ctx, fmt.Sprintf("alter table %s alter column %s set data type timestamp", table, statement.Quote(column.ID))); err != nil {
						return pipelines.Errorf("prepare %s: %w", table, err)
					}
				}
				if !have[table] || have[table+"."+column.ID] {
					continue
				}
				if _, err := tx.Exec(ctx, fmt.Sprintf("alter table %s add column %s %s", table, statement.Quote(column.ID), column.SQLType())); err != nil {
					return pipelines.Errorf("prepare %s: %w", table, err)
				}
			}
		}
	}
	missing := false // on a warehouse as it should be one query is enough
	for _, c := range all() {
		missing = missing || !have["waiting."+c.Export]
	}
	made, err := tx.Query(ctx, "select count(*) from duckdb_columns() where schema_name = 'ops' and table_name = 'lacks' and database_name = current_database()")
	if err != nil {
		return err
	}
	if n, _ := made.Rows[0][0].(int64); n > 0 && !missing {
		return nil
	}
	for _, sql := range Schema() {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return pipelines.Errorf("prepare warehouse: %w", err)
		}
	}
	return nil
}

// Distrust has a warehouse say that nobody vouches for its rows: the next load is made anew, into another one. One that an
// earlier version filled, which names no loader, is not trusted anyway, and stays known as such.
func Distrust(ctx context.Context, tx statement.Runner) error {
	_, err := tx.Exec(ctx, "update ops.loader set version = 0")
	return err
}

// Trusted reports whether rows of a warehouse may be built upon: the version of the loader stands in it that read them. One that
// holds no file yet is trusted.
func Trusted(ctx context.Context, q pipelines.Querier) (bool, error) {
	made, err := q.Query(ctx, "select count(*) from duckdb_tables() where schema_name = 'ops' and table_name = 'loader' and database_name = current_database()")
	if err != nil || made.Rows[0][0] == int64(0) {
		return true, err // of an earlier version: a run sees to it
	}
	found, err := q.Query(ctx, "select exists (from ops.loader where version > 0) or not exists (from ops.files)")
	if err != nil {
		return false, err
	}
	return found.Rows[0][0] == true, nil
}
