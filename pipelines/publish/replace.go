package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// copyTable makes a large table of the copy what the warehouse's is. Where it stands there the rows alone are replaced that are others
// now: most of them are encoded already.
func copyTable(ctx context.Context, w *warehouse.Warehouse, alias string, t table, stands bool, before TableContent) error {
	if stands && passing[t.name] == nil {
		err := w.Transact(ctx, func(tx *warehouse.Tx) error { return replaceRows(ctx, tx, alias+"."+t.name, t, before) })
		if !errors.Is(err, errOtherRows) {
			return err
		}
	}
	return w.Exec(ctx, copyWhole(alias, t))
}

// copyWhole is the statement that encodes a table anew.
func copyWhole(alias string, t table) string {
	return fmt.Sprintf("create or replace table %s.%s as from %s", alias, t.name, t.name)
}

// replacedRows is the size from which on the rows of a table are compared before it is copied anew: what takes some time to encode.
const replacedRows = 50_000

// errOtherRows says that a table cannot be had, or not cheaply, by replacing some of its rows.
var errOtherRows = errors.New("too many rows are others")

// changed is the condition for the rows of the months in which a table holds others than it did, with how many rows the table now has in
// these months and the sum of their hashes. Where that is not known by month, all rows are meant.
func (t table) changed(before TableContent) (where, held string) {
	all := "true"
	rows, sum, known := sumsOf(t.content.Content)
	held = fmt.Sprintf("%d:%d:", rows, sum)
	now := t.content.Months
	if !known || len(before.Months) == 0 || len(now) == 0 {
		return all, held
	}
	union := maps.Clone(now)
	maps.Copy(union, before.Months)
	var months []string
	rows, sum = 0, new(big.Int)
	for _, month := range slices.Sorted(maps.Keys(union)) {
		if before.Months[month] == now[month] {
			continue
		}
		if _, err := time.Parse("2006-01", month); month != "" && err != nil {
			return all, held
		}
		months = append(months, month)
		if now[month] == "" { // no row is left
			continue
		}
		n, one, known := sumsOf(now[month])
		if !known {
			return all, held
		}
		rows, sum = rows+n, sum.Add(sum, one)
	}
	return model.InMonths(t.dated, months), fmt.Sprintf("%d:%d:", rows, sum)
}

// sumsOf reads how many rows there are, and the sum of their hashes, out of the content of a table or month.
func sumsOf(content string) (rows int64, sum *big.Int, known bool) {
	sum = new(big.Int)
	_, err := fmt.Sscanf(content, "%d:%d:", &rows, sum)
	return rows, sum, err == nil
}

// replaceRows takes the rows out of a copy that the table does not have and adds those it lacks, told apart by their hashes, each of
// which is made once, and again where rows are to be added; only the months that changed are looked at. Rows that stand several times are
// not told apart: whether the copy then holds what the table does say the number of its rows and the sum of their hashes.
func replaceRows(ctx context.Context, tx *warehouse.Tx, copied string, t table, before TableContent) error {
	where, wanted := t.changed(before)
	for _, made := range []string{
		"rows_before as select hash(t) as h, rowid as id from " + copied + " t where " + where,
		"rows_now as select hash(t) as h from " + t.name + " t where " + where, // it may be a view, whose rows have no number
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
	if gone > t.rows()/4 || held != wanted {
		return errOtherRows
	}
	if gone > 0 {
		if _, err := tx.Exec(ctx, fmt.Sprintf("delete from %s where rowid in (select id from rows_gone)", copied)); err != nil {
			return err
		}
	}
	if fresh > 0 {
		if _, err := tx.Exec(ctx, fmt.Sprintf("insert into %s from %s t where %s and hash(t) in (select h from rows_fresh)", copied, t.name, where)); err != nil {
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
