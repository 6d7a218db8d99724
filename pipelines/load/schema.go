package load

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines/warehouse"
)

// Schema returns the statements that make the tables of a warehouse: exports.<export> with the contract's columns and
// where each row came from, history.<export> with the versions a newer file replaced, waiting.<export> with accepted
// rows that refer to what no registry has named yet, and ops.* with what happened to every file. Row counts of
// ops.reconciliation always add up, and ops.quarantine holds as many rows as its quarantined counts say. Each
// statement may be run again; none drops anything.
func Schema() []string {
	statements := []string{
		"create schema if not exists exports", "create schema if not exists history",
		"create schema if not exists waiting", "create schema if not exists ops",
	}
	for _, contract := range data.Contracts() {
		var columns []string
		for _, column := range contract.Columns {
			columns = append(columns, quote(column.ID)+" "+column.SQLType())
		}
		body := strings.Join(append(columns, "_file bigint", "_row bigint"), ", ")
		statements = append(statements,
			fmt.Sprintf("create table if not exists exports.%s (%s)", contract.Export, body),
			fmt.Sprintf("create table if not exists history.%s (%s, _until_file bigint)", contract.Export, body),
			fmt.Sprintf("create table if not exists waiting.%s (%s, _sheet varchar)", contract.Export, body))
	}
	return append(statements,
		"create table if not exists ops.files (file_no bigint, file_id varchar, name varchar, origin varchar, size bigint, "+
			"received_at timestamp, as_of date, landed_at timestamp, state varchar)",
		"create table if not exists ops.reconciliation (file_no bigint, sheet varchar, export varchar, rows_read bigint, "+
			"accepted bigint, quarantined bigint, ignored bigint, warnings bigint, problem varchar, detail varchar, run_id varchar, "+
			"complete boolean, read_as varchar)", // complete: a registry's full list; read_as: pipelines.ReadAs as JSON
		"alter table ops.reconciliation add column if not exists read_as varchar", // warehouses made before there was one
		"create table if not exists ops.problems (problem_no bigint, file_no bigint, sheet varchar, export varchar, \"row\" bigint, "+
			"letter varchar, column_id varchar, header varchar, code varchar, severity varchar, value varchar, detail varchar, "+
			"state varchar, run_id varchar)",
		"create table if not exists ops.waivers (problem_no bigint, waived_by varchar, reason varchar, waived_at timestamp)",
		"create table if not exists ops.warned (problem_no bigint, row_key varchar)",              // keys of accepted rows that somebody should look at
		"create table if not exists ops.settled (problem_no bigint, file_no bigint)",              // the file that repaired a problem, or carries it on
		"create table if not exists ops.copies (file_no bigint, copy_of bigint, partial boolean)", // marked copies: the file they go back to
		"create table if not exists ops.late (export varchar, file_no bigint, row_key varchar, "+
			"came_with bigint)", // rows that count as brought by an older file than they came with
		"create table if not exists ops.quarantine (file_no bigint, sheet varchar, export varchar, \"row\" bigint, cells varchar, "+
			"row_key varchar, waiting boolean)")
}

// Prepare makes the tables of Schema, and adds to those that stand the columns a newer contract has. It may be called
// on any warehouse, any number of times.
func Prepare(ctx context.Context, tx *warehouse.Tx) error {
	known, err := tx.Query(ctx, `select schema_name, table_name, column_name from duckdb_columns()
		where schema_name in ('exports', 'history', 'waiting') and database_name = current_database()`)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, row := range known.Rows {
		have[fmt.Sprintf("%s.%s", row[0], row[1])] = true
		have[fmt.Sprintf("%s.%s.%s", row[0], row[1], row[2])] = true
	}
	for _, c := range data.Contracts() {
		for _, schema := range []string{"exports", "history", "waiting"} {
			table := schema + "." + c.Export
			for _, column := range c.Columns {
				if !have[table] || have[table+"."+column.ID] {
					continue
				}
				if _, err := tx.Exec(ctx, fmt.Sprintf("alter table %s add column %s %s", table, quote(column.ID), column.SQLType())); err != nil {
					return fmt.Errorf("prepare %s: %w", table, err)
				}
			}
		}
	}
	for _, statement := range Schema() {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare warehouse: %w", err)
		}
	}
	return nil
}

// columnList gives a contract's columns, each with a prefix such as "t.", separated by commas.
func columnList(c data.Contract, prefix string) string {
	var names []string
	for _, column := range c.Columns {
		names = append(names, prefix+quote(column.ID))
	}
	return strings.Join(names, ", ")
}

// keyEquals compares the keys of two rows. Key columns that may be empty are equal when both are.
func keyEquals(c data.Contract, a, b string) string {
	var terms []string
	for _, id := range c.Key {
		column, _ := c.Column(id)
		operator := "="
		if !column.Required && !(len(c.AlternateKey) > 0 && id == c.Key[0]) {
			operator = "is not distinct from"
		}
		terms = append(terms, fmt.Sprintf("%s.%s %s %s.%s", a, quote(id), operator, b, quote(id)))
	}
	return strings.Join(terms, " and ")
}

// keyList gives the columns of a contract's key, each with a prefix, separated by commas.
func keyList(c data.Contract, prefix string) string {
	var names []string
	for _, id := range c.Key {
		names = append(names, prefix+quote(id))
	}
	return strings.Join(names, ", ")
}

// keySeparator stands between the columns of a key written as one text.
const keySeparator = " · "

// keyText gives one text for the key of a row, for people and for ops.quarantine.
func keyText(c data.Contract, prefix string) string {
	var parts []string
	for _, id := range c.Key {
		column, _ := c.Column(id)
		parts = append(parts, textOf(column, prefix+quote(id)))
	}
	return "concat_ws(" + literal(keySeparator) + ", " + strings.Join(parts, ", ") + ")"
}

// textOf writes a value as people do: times without seconds that are zero.
func textOf(column data.Column, value string) string {
	switch column.Type {
	case data.TypeText, data.TypeEnum, data.TypePeriod:
		return value
	case data.TypeTimestamp: // the engine wants each format as a constant
		return fmt.Sprintf("case when second(%[1]s) = 0 then strftime(%[1]s, '%%Y-%%m-%%d %%H:%%M') else strftime(%[1]s, '%%Y-%%m-%%d %%H:%%M:%%S') end", value)
	default:
		return "cast(" + value + " as varchar)"
	}
}
