package merge

import (
	"context"
	"fmt"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

// Taken are the rows of one large file of events that were stored straight into their table, by one statement that reads
// them as they come. Rows that need a second look, and rows whose key stands more than once, are given back.
type Taken struct {
	Rows
	Feed   int64
	File   int64
	First  int64 // rowid of the first of them; Behind is the one behind the last
	Behind int64
	Rising bool // keys rise from row to row, so that none stands twice
}

// Take stores the rows of a feed. from is what reads them, with the columns of the contract and _row.
func Take(ctx context.Context, r Rows, feed, file int64, from string) (t Taken, n int64, err error) {
	t = Taken{Rows: r, Feed: feed, File: file}
	last, err := r.Tx.Query(ctx, "select coalesce(max(rowid), -1) + 1 from exports."+r.Export)
	if err != nil {
		return t, 0, err
	}
	t.First, _ = last.Rows[0][0].(int64)
	n, err = r.exec(ctx, "take", statement.P{"from": from, "file": file})
	t.Behind = t.First + n
	return t, n, err
}

// GiveBack takes rows out of the table again and adds them to the typed ones: those that the queries name by their rowids,
// and those whose key stands more than once. It says how many.
func (t *Taken) GiveBack(ctx context.Context, doubtful []string, before int64) (n int64, err error) {
	queries := doubtful
	if !t.Rising || before > 0 {
		if _, err := t.exec(ctx, "take_suspects", statement.P{"middle": (t.First + t.Behind) / 2}); err != nil {
			return 0, err
		}
		suspects, err := statement.Count(ctx, t.Tx, "suspects")
		if err != nil {
			return 0, err
		}
		if suspects > 0 {
			queries = append(queries, fmt.Sprintf("select t.rowid as rid from exports.%s t where t.rowid >= %d and hash(%s) in (select h from suspects)",
				t.Export, t.First, statement.For{Contract: t.Contract}.Key("t")))
		}
	}
	if len(queries) == 0 {
		return 0, nil
	}
	if _, err := t.Tx.Exec(ctx, "create or replace temp table given_back as "+strings.Join(queries, " union ")); err != nil {
		return 0, pipelines.Errorf("rows of %s that need a second look: %w", t.Export, err)
	}
	if n, err = statement.Count(ctx, t.Tx, "given_back"); err != nil || n == 0 {
		return n, err
	}
	_, err = t.exec(ctx, "give_back", statement.P{"feed": t.Feed})
	return n, err
}

// Keep counts what stays of the rows, and puts it in order of time.
func (t *Taken) Keep(ctx context.Context, n int64, change *Change) error {
	change.Inserted += n
	if n == 0 || t.DatedBy == "" {
		return nil
	}
	of := fmt.Sprintf("from exports.%s where rowid >= %d and rowid < %d", t.Export, t.First, t.Behind)
	found, err := t.Tx.Query(ctx, fmt.Sprintf("select distinct date_trunc('month', day) from (select distinct cast(%s as date) as day %s)", t.Dated(), of))
	if err != nil {
		return err
	}
	change.add(found)
	order, err := t.order(ctx, of)
	if err != nil || order == "" {
		return err
	}
	for _, sql := range []string{fmt.Sprintf("insert into exports.%s select * %s %s", t.Export, of, order), "delete " + of} {
		if _, err := t.Tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// Dated is the column that dates a row, quoted.
func (r *Rows) Dated() string { return statement.For{Contract: r.Contract}.Dated() }
