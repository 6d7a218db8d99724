package load

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"hulian/data"
)

// part is one typed table of an export: what one batch brings, or the rows that waited. The rows of all parts are seen
// together through the view typedTable names, with _rid to tell them apart.
type part struct {
	table  string
	number string // the engine's name for the number of a row
	base   int64  // that of the first row
	rows   int64
	batch  *batch // nil for the rows that waited
}

// firstRID starts the range of this round's _rid: every round has one of its own.
func (p *pass) firstRID() int64 { return p.rounds << 48 }

// errDirect tells that the engine made something else of a large CSV than the look through it promised.
var errDirect = errors.New("a file was not as regular as it looked")

// addPart types the rows of one query. A table is made by one statement, because the engine makes a table in parallel
// but fills a standing one from a CSV with one thread. The rows of a large file are written to a file instead: a table
// dropped inside a transaction keeps its memory until the end.
func (p *pass) addPart(ctx context.Context, c data.Contract, parts []*part, b *batch, query string) ([]*part, error) {
	added := &part{table: fmt.Sprintf("%s_%d", typedTable(c), len(parts)+1), number: "rowid", batch: b}
	if b != nil && b.direct != nil && b.direct.large {
		at := filepath.Join(p.folder, added.table+".parquet")
		added.table, added.number = "read_parquet("+fileLiteral(at)+", file_row_number = true)", "file_row_number"
		var err error
		added.rows, err = p.exec(ctx, "copy ("+query+") to "+literal(at)+" (format parquet)")
		return append(parts, added), err
	}
	if _, err := p.exec(ctx, "create or replace temp table "+added.table+" as "+query); err != nil {
		return nil, err
	}
	base, err := p.tx.Query(ctx, "select min(rowid), max(rowid), count(*) from "+added.table)
	if err != nil {
		return nil, err
	}
	first, ok := base.Rows[0][0].(int64)
	added.base, added.rows = first, base.Rows[0][2].(int64)
	if ok && base.Rows[0][1].(int64)-first+1 != added.rows {
		return nil, fmt.Errorf("%s: row numbers have gaps", added.table) // rows of a direct batch are numbered by them
	}
	return append(parts, added), nil
}

// selected gives the query for one part as the view shows it.
func (p *pass) selected(c data.Contract, i int, of *part) string {
	row := "_row"
	if of.batch != nil && of.batch.direct != nil {
		row = fmt.Sprintf("%s - %d as _row", of.number, of.base-of.batch.direct.first)
	}
	return fmt.Sprintf("select %s - %d + %d as _rid, _feed, %s, _flaw, %s, _bad, _odd, _raw from %s",
		of.number, of.base, p.firstRID()+int64(i)<<40, row, columnList(c, ""), of.table)
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
		var from string
		if b.direct != nil {
			from = b.direct.rows(p.dayLimit(b.direct.feed.file))
		} else {
			from = fmt.Sprintf("(select r.*, f.day_limit as _limit from (%s) r join feeds f on f.feed = r._feed)", b.rows(p.decoding.feeds))
		}
		parts, err = p.addPart(ctx, c, parts, b, b.selectTyped(from, typing{b.pins, p.config.TimeZone}))
		if err == nil && b.direct != nil && parts[len(parts)-1].rows != b.direct.count {
			err = fmt.Errorf("%d rows of %d", parts[len(parts)-1].rows, b.direct.count)
		}
		if err != nil && b.direct != nil {
			err = errors.Join(errDirect, err)
		}
		if err != nil {
			return err
		}
	}
	if waiting {
		if parts, err = p.addPart(ctx, c, parts, nil, fmt.Sprintf(`select f.feed as _feed, w._row, cast(null as varchar) as _flaw, %s,
				cast(0 as bigint) as _bad, cast(0 as bigint) as _odd, cast(null as varchar[]) as _raw
			from released_%s w join feeds f on f.file_no = w._file and f.sheet = w._sheet and f.export = %s and f.earlier`,
			columnList(c, "w."), c.Export, literal(c.Export))); err != nil {
			return err
		}
	}
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
