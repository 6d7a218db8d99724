package load

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines/land"
	"hulian/pipelines/load/check"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/statement"
)

// released finds rows of an export that waited for a registry and whose references are known by now, and puts them among
// the typed ones, with feeds of their own.
func (r *run) released(ctx context.Context, c data.Contract) (bool, error) {
	if r.book.Alone {
		return false, nil
	}
	n, err := statement.Count(ctx, r.tx, "waiting."+c.Export)
	if err != nil || n == 0 {
		return false, err
	}
	known := []string{"true"}
	for _, of := range check.References(c, true) {
		if c.Kind == data.Registry && !of.Required {
			continue
		}
		known = append(known, fmt.Sprintf(`(w.%[1]s is null or exists (select 1 from exports.%[2]s e where e.%[3]s = w.%[1]s) or exists (select 1 from history.%[2]s h where h.%[3]s = w.%[1]s))`,
			statement.Quote(of.Column.ID), of.Target, statement.Quote(of.ID)))
	}
	released := "released_" + c.Export
	if _, err := r.tx.Exec(ctx, fmt.Sprintf("create or replace temp table %s as select w.* from waiting.%s w where %s", released, c.Export, strings.Join(known, " and "))); err != nil {
		return false, err
	}
	sources, err := r.tx.Query(ctx, fmt.Sprintf(`select r._file, r._sheet, count(*), any_value(f.received_at), any_value(p.place) from %s r
		join ops.files f on f.file_no = r._file join places p on p.file_no = r._file group by all order by r._file, r._sheet`, released))
	if err != nil || len(sources.Rows) == 0 {
		return false, err
	}
	var lines []*ledger.Line
	for _, row := range sources.Rows {
		file := &ledger.File{State: ledger.Loaded}
		no, _ := row[0].(int64)
		received, _ := row[3].(time.Time)
		file.File = land.File{No: no, ReceivedAt: received}
		file.Place, _ = row[4].(int64)
		r.lastFeed++
		line := &ledger.Line{File: file, Feed: r.lastFeed, Export: c.Export, Earlier: true}
		line.Table, _ = row[1].(string)
		lines = append(lines, line)
		r.feeds = append(r.feeds, &feed{line: line, plan: match.Plan{Contract: c}})
	}
	if err := r.book.Enter(lines...); err != nil {
		return false, err
	}
	if r.rows[c.Export] == nil {
		if err := r.typed(ctx, c, &heldRows{contract: c}); err != nil {
			return false, err
		}
	}
	columns := statement.For{Contract: c}.Columns("t")
	if _, err := r.tx.Exec(ctx, fmt.Sprintf(`insert into typed_%s by name select f.feed as _feed, t._row, %s, false as _bad, t._silent from %s t
		join feeds f on f.file_no = t._file and f.sheet = t._sheet and f.export = %s and f.earlier`, c.Export, columns, released, statement.Literal(c.Export))); err != nil {
		return false, err
	}
	n, err = r.book.TakeUp(ctx, c, released)
	r.takenUp += n
	return true, err
}

// settleEarlier takes back, in the counts of their own files, rows that had waited and were refused after all.
func (r *run) settleEarlier(ctx context.Context) error {
	for _, f := range r.feeds {
		if l := f.line; l.Earlier && f.refused > 0 {
			if _, err := r.tx.Exec(ctx, "update ops.reconciliation set accepted = accepted - ?, quarantined = quarantined + ? where file_no = ? and sheet = ? and export = ?",
				f.refused, f.refused, l.No, l.Table, l.Export); err != nil {
				return err
			}
		}
	}
	return nil
}
