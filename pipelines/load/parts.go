package load

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
)

// part is one typed table of an export: what one batch brings, or rows that came into their own another way. The rows of
// all parts are seen together through the view typedTable names, with _rid to tell them apart.
type part struct {
	table string
	base  int64 // rowid of the first row
	rows  int64
	batch *batch // nil for rows that have no texts: their values have been accepted before
}

// firstRID starts the range of this round's _rid: every round has one of its own.
func (p *pass) firstRID() int64 { return p.rounds << 48 }

// addPart types the rows of one query. A table is made by one statement, because the engine makes a table in parallel
// but fills a standing one from a CSV with one thread.
func (p *pass) addPart(ctx context.Context, c data.Contract, parts []*part, b *batch, query string) ([]*part, error) {
	added := &part{table: fmt.Sprintf("%s_%d", typedTable(c), len(parts)+1), batch: b}
	if _, err := p.exec(ctx, "create or replace temp table "+added.table+" as "+query); err != nil {
		return nil, err
	}
	base, err := p.tx.Query(ctx, "select coalesce(min(rowid), 0), count(*) from "+added.table)
	if err != nil {
		return nil, err
	}
	added.base, added.rows = base.Rows[0][0].(int64), base.Rows[0][1].(int64)
	return append(parts, added), nil
}

// selected gives the query for one part as the view shows it.
func (p *pass) selected(c data.Contract, i int, of *part) string {
	return fmt.Sprintf("select rowid - %d + %d as _rid, _feed, _row, _flaw, %s, _bad, _odd, _raw from %s",
		of.base, p.firstRID()+int64(i)<<40, columnList(c, ""), of.table)
}

// see makes the view over all parts.
func (p *pass) see(ctx context.Context, c data.Contract, parts []*part) error {
	var selects []string
	for i, part := range parts {
		selects = append(selects, p.selected(c, i, part))
	}
	p.typed[c.Export] = true
	_, err := p.exec(ctx, "create or replace temp view "+typedTable(c)+" as "+strings.Join(selects, " union all "))
	return err
}

// typeRows types the rows of every batch and reports what is wrong with single rows.
func (p *pass) typeRows(ctx context.Context, c data.Contract, batches []*batch, waiting bool) (err error) {
	var parts []*part
	for _, b := range batches {
		if parts, err = p.addPart(ctx, c, parts, b, p.selectTyped(b, b.rows(p.decoding.feeds))); err != nil {
			return err
		}
	}
	if waiting {
		from := fmt.Sprintf("released_%s t join feeds f on f.file_no = t._file and f.sheet = t._sheet and f.export = %s and f.earlier", c.Export, literal(c.Export))
		if parts, err = p.addPart(ctx, c, parts, nil, typedBefore(c, "f.feed", from)); err != nil {
			return err
		}
	}
	return p.markRows(ctx, c, parts)
}

// selectTyped types rows of text, given as a query without _limit.
func (p *pass) selectTyped(b *batch, rows string) string {
	from := fmt.Sprintf("(select r.*, f.day_limit as _limit from (%s) r join feeds f on f.feed = r._feed)", rows)
	return b.selectTyped(from, typing{b.pins, p.config.TimeZone})
}

// typedBefore selects rows t that have been accepted before as a typed table holds them.
func typedBefore(c data.Contract, feed, from string) string {
	return fmt.Sprintf(`select cast(%s as bigint) as _feed, t._row, cast(null as varchar) as _flaw, %s,
		cast(0 as bigint) as _bad, cast(0 as bigint) as _odd, cast(null as varchar[]) as _raw from %s`, feed, columnList(c, "t."), from)
}

// markRows makes the view over the parts and reports what is wrong with single rows.
func (p *pass) markRows(ctx context.Context, c data.Contract, parts []*part) error {
	if err := p.see(ctx, c, parts); err != nil {
		return err
	}
	for i, part := range parts {
		if part.batch == nil || part.rows == 0 {
			continue
		}
		marked, err := p.tx.Query(ctx, fmt.Sprintf("select coalesce(bit_or(_bad | _odd), 0) from %s where _bad <> 0 or _odd <> 0", part.table))
		if err != nil {
			return err
		}
		bits := marked.Rows[0][0].(int64)
		if bits == 0 {
			continue
		}
		for _, query := range part.batch.selectProblems(fmt.Sprintf("(select u.*, f.day_limit as _limit from (%s) u join feeds f on f.feed = u._feed)", p.selected(c, i, part)), bits) {
			if _, err := p.exec(ctx, "insert into found "+query); err != nil {
				return err
			}
		}
	}
	return nil
}
