package model

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// prepare makes the schemas, macros and parameter tables and takes the fingerprints of everything models start from.
func (b *build) prepare(ctx context.Context, tx *warehouse.Tx) error {
	for _, statement := range []string{
		"create schema if not exists staging", "create schema if not exists intermediate", "create schema if not exists marts",
		"create schema if not exists ops",
		"create table if not exists ops.fingerprints (name varchar, fingerprint varchar)",
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fault("prepare the models", "", 0, err)
		}
	}
	for _, macro := range queries.Macros() {
		if _, err := tx.Exec(ctx, macro); err != nil {
			return fault("make macro", "queries/macros.sql", 0, err)
		}
	}
	if err := b.remember(ctx, tx); err != nil {
		return fault("read fingerprints", "ops.fingerprints", 0, err)
	}
	if err := b.cutOff(ctx, tx); err != nil {
		return fault("find the latest day on which something happened", "", 0, err)
	}
	parameters := parameterTables(b.config, b.result)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		b.prints[name] = fingerprint("parameters", parameters[name])
		if b.prints[name] == b.previous[name] && b.present[name] != "" {
			continue
		}
		if _, err := tx.Exec(ctx, "create or replace table "+name+" as "+parameters[name]); err != nil {
			return fault("fill parameters", name, 0, err)
		}
	}
	return b.fingerprintLoaded(ctx, tx)
}

func (b *build) remember(ctx context.Context, tx *warehouse.Tx) error {
	b.prints, b.recipes, b.previous, b.present = map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	b.months, b.onDays, b.rows = map[string]monthly{}, map[string]monthly{}, map[string]int64{}
	table, err := tx.Query(ctx, "select name, fingerprint from ops.fingerprints")
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		b.previous[row[0].(string)] = row[1].(string)
	}
	table, err = tx.Query(ctx, "select table_schema || '.' || table_name, table_type from information_schema.tables "+
		"where table_catalog = current_database()")
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		b.present[row[0].(string)] = row[1].(string)
	}
	table, err = tx.Query(ctx, "select schema_name || '.' || table_name, estimated_size from duckdb_tables() where database_name = current_database()")
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		b.rows[row[0].(string)], _ = row[1].(int64)
	}
	return nil
}

// fingerprintLoaded takes the fingerprint of every table that models read and nobody here makes; of one that is read by
// months, the fingerprints of its months in the same pass.
func (b *build) fingerprintLoaded(ctx context.Context, tx *warehouse.Tx) error {
	made := map[string]bool{}
	for _, m := range b.ordered {
		made[m.Name] = true
	}
	for name := range b.prints {
		made[name] = true
	}
	byMonth := map[string]queries.MonthSource{}
	for _, m := range b.ordered {
		for _, source := range slices.Concat(m.Header.Months, m.Header.History) {
			byMonth[source.Table] = source
		}
	}
	loaded := map[string]bool{}
	for _, reads := range b.reads {
		for _, name := range reads {
			if !made[name] {
				loaded[name] = true
			}
		}
	}
	filled, err := Filled(ctx, tx)
	if err != nil {
		return fault("find the tables that hold rows", "", 0, err)
	}
	b.filled = filled
	for _, name := range slices.Sorted(maps.Keys(loaded)) {
		if b.present[name] == "" {
			return fault("read", name, 0, errors.New("the warehouse has no such table"))
		}
		rows, known := filled[name]
		empty := known && !rows
		if source, ok := byMonth[name]; ok {
			found := monthly{}
			if !empty {
				if found, err = contentByMonth(ctx, tx, source, ""); err != nil {
					return fault("fingerprint", name, 0, err)
				}
			}
			b.months[name+"."+source.Column], b.prints[name] = found, fingerprint("months", found.sum())
			continue
		}
		content := NoContent
		if !empty {
			if content, err = ContentOf(ctx, tx, name); err != nil {
				return fault("fingerprint", name, 0, err)
			}
		}
		b.prints[name] = fingerprint("rows", content)
	}
	return nil
}

// contentSums are rows and two independent sums of their hashes: a change that leaves all alike is not met by accident. Snapshots
// keep them, so that they stay as they are.
const contentSums = "count(*) || ':' || coalesce(sum(hash(t)), 0) || ':' || coalesce(bit_xor(hash(t, 1)), 0)"

// NoContent is what ContentOf says of a table without rows.
const NoContent = "0:0:0"

// Filled says of every table of the database whether it holds rows; of views it says nothing. It is one question for all: most tables of a
// town are empty, and to sum up each of them takes longer than to sum up the others.
func Filled(ctx context.Context, q pipelines.Querier) (map[string]bool, error) {
	found, err := q.Query(ctx, "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database() and not temporary")
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	filled := map[string]bool{}
	var parts []string
	for _, row := range found.Rows {
		name := row[0].(string)
		schema, table, _ := strings.Cut(name, ".")
		parts = append(parts, fmt.Sprintf(`select %s, count(*) from "%s"."%s"`, text(name), schema, table))
	}
	if found, err = q.Query(ctx, strings.Join(parts, " union all ")); err != nil {
		return nil, err
	}
	for _, row := range found.Rows {
		filled[row[0].(string)] = row[1] != int64(0)
	}
	return filled, nil
}

// ContentByMonth is ContentOf together with the same of the rows of each month, by YYYY-MM; those without a month stand under the empty
// one. Dated is the column that puts a row into a month.
func ContentByMonth(ctx context.Context, q pipelines.Querier, table, dated string) (whole string, months map[string]string, err error) {
	found, err := q.Query(ctx, fmt.Sprintf(`select coalesce(substr(cast(month as varchar), 1, 7), ''), rows, cast(sum as varchar), cast(other as varchar)
		from (select month, count(*) as rows, sum(h) as sum, bit_xor(other) as other from (select %s as month, hash(t) as h, hash(t, 1) as other from %s t) group by month)`,
		monthBy(dated), table))
	if err != nil {
		return "", nil, err
	}
	rows, sum, other := int64(0), new(big.Int), uint64(0)
	months = map[string]string{}
	for _, row := range found.Rows {
		n, one, of := row[1].(int64), new(big.Int), uint64(0)
		if _, err := fmt.Sscan(row[2].(string)+" "+row[3].(string), one, &of); err != nil {
			return "", nil, err
		}
		months[row[0].(string)] = fmt.Sprintf("%d:%d:%d", n, one, of)
		rows, other = rows+n, other^of
		sum.Add(sum, one)
	}
	return fmt.Sprintf("%d:%d:%d", rows, sum, other), months, nil
}

// ContentOf sums up the rows of a table in one short text that does not depend on their order. Columns named in
// leaving are left out.
func ContentOf(ctx context.Context, q pipelines.Querier, table string, leaving ...string) (string, error) {
	subject := table
	if len(leaving) > 0 {
		subject = fmt.Sprintf("(select * exclude (%s) from %s)", strings.Join(leaving, ", "), table)
	}
	t, err := q.Query(ctx, "select "+contentSums+" from "+subject+" t")
	if err != nil {
		return "", err
	}
	return fmt.Sprint(t.Rows[0][0]), nil
}
