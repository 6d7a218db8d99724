package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
)

// large reports whether the rows of a feed are many enough to be taken: events, of a file that brings no other table of
// the same export, so that file and number name a row. Of a marked copy every row is compared with what newer files say.
func (p *pass) large(f *feed) bool {
	if _, copied := p.chains[f.file.No]; copied || f.contract.Kind == data.Registry || f.handed < p.config.Limits.Large || f.distinct() || p.decoding.taken[f.file.No] != nil {
		return false
	}
	return !slices.ContainsFunc(p.decoding.feeds, func(o *feed) bool {
		return o != f && o.file.No == f.file.No && o.contract.Export == f.contract.Export
	})
}

// take brings the rows of a large feed that nothing is to be said of straight into their table, by one statement that
// reads, types and checks them. What is left, rows that are refused or need a second look, and rows whose key stands
// more than once, goes through every check as the rows of other feeds do. Typing all of them into a table of their own
// first would write everything twice.
func (p *pass) take(ctx context.Context, c data.Contract, f *feed) error {
	if p.warnsOfVisits(c) {
		if err := p.visitVersions(ctx); err != nil {
			return err
		}
	}
	before, err := p.count(ctx, "exports."+c.Export)
	if err != nil {
		return err
	}
	rows := f.batch.rows(p.decoding.feeds)
	taken, err := p.streamed(ctx, fmt.Sprintf("insert into exports.%s (%s, _file, _row) select %s, cast(%d as bigint), t._row from (%s) t %s",
		c.Export, columnList(c, ""), columnList(c, "t."), f.file.No, p.selectTyped(f.batch, rows), p.unremarkable(c)))
	if err != nil {
		return err
	}
	var left []*part
	if taken < f.handed {
		untaken := fmt.Sprintf("select s.* from (%s) s where not exists (select 1 from exports.%s e where e._file = %d and e._row = s._row)", rows, c.Export, f.file.No)
		if left, err = p.addPart(ctx, c, left, f.batch, p.selectTyped(f.batch, untaken)); err != nil {
			return err
		}
	}
	if !f.rising || before > 0 {
		untaken := len(left)
		if left, err = p.giveBack(ctx, c, f, left); err != nil {
			return err
		}
		for _, given := range left[untaken:] {
			taken -= given.rows
		}
	}
	if err := p.keep(ctx, c, f, taken); err != nil || len(left) == 0 {
		return err
	}
	p.takenUpNow = false
	return p.check(ctx, c, step{"mark", func(ctx context.Context, c data.Contract) error { return p.markRows(ctx, c, left) }})
}

// streamed runs a statement with the tables of its joins taken as they stand, the left one read row by row. The engine
// takes the rows of a file that pass a dozen conditions for a handful, and would gather all of them in memory.
func (p *pass) streamed(ctx context.Context, statement string) (n int64, err error) {
	if _, err := p.exec(ctx, "set disabled_optimizers = 'build_side_probe_side'"); err != nil {
		return 0, err
	}
	if n, err = p.exec(ctx, statement); err != nil {
		return 0, err
	}
	_, err = p.exec(ctx, "reset disabled_optimizers")
	return n, err
}

// unremarkable leaves the typed rows t that no check has anything to say of, whatever the other rows are.
func (p *pass) unremarkable(c data.Contract) string {
	joins, all := "", []string{"t._bad = 0", "t._odd = 0"}
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		switch {
		case !ok || p.alone:
		case !p.before(target, c.Export): // looked at when the rows stand
			all = append(all, fmt.Sprintf("t.%s is null", quote(column.ID)))
		default: // with "is null or" the engine marks rows as they pass; required columns are not null here anyway
			all = append(all, fmt.Sprintf("(t.%[1]s is null or t.%[1]s in (select %[2]s from exports.%[3]s where %[2]s is not null union all select %[2]s from history.%[3]s where %[2]s is not null))",
				quote(column.ID), quote(id), target))
		}
	}
	if p.warnsOfVisits(c) {
		joins = unwarned()
	}
	return joins + " where " + strings.Join(all, " and ")
}

// giveBack takes rows of a feed out of their table again whose key stands more than once in it or among the parts that
// are left, and adds them to these.
func (p *pass) giveBack(ctx context.Context, c data.Contract, f *feed, left []*part) ([]*part, error) {
	// Keys are compared by a hash of eight bytes; two that share one by chance are told apart by the checks that follow.
	// Rows that a transaction has written are read by one thread for each part of a query: two halves are two.
	hash := "hash(" + keyList(c, "t.") + ")"
	middle, err := p.tx.Query(ctx, fmt.Sprintf("select coalesce(max(rowid), 0) - %d from exports.%s", f.handed/2, c.Export))
	if err != nil {
		return nil, err
	}
	keys := fmt.Sprintf("select %[1]s as h from exports.%[2]s t where rowid <= %[3]d union all select %[1]s from exports.%[2]s t where rowid > %[3]d", hash, c.Export, middle.Rows[0][0])
	for _, part := range left {
		keys += fmt.Sprintf(" union all select %s from %s t", hash, part.table)
	}
	if _, err := p.exec(ctx, fmt.Sprintf("create or replace temp table suspects as select h from (%s) group by h having count(*) > 1", keys)); err != nil {
		return nil, err
	}
	n, err := p.count(ctx, "suspects")
	if err != nil || n == 0 {
		return left, err
	}
	from := fmt.Sprintf("exports.%s t where t._file = %d and %s in (select h from suspects)", c.Export, f.file.No, hash)
	if left, err = p.addPart(ctx, c, left, nil, typedBefore(c, fmt.Sprint(f.no), from)); err != nil {
		return nil, err
	}
	_, err = p.exec(ctx, "delete from "+from)
	return left, err
}

// keep counts the rows of a feed that were taken and stay, and puts them in order of time.
func (p *pass) keep(ctx context.Context, c data.Contract, f *feed, rows int64) error {
	o := p.outcomes[int64(f.no)]
	p.outcomes[int64(f.no)] = outcome{o.typed + rows, o.refused}
	if rows == 0 {
		return nil
	}
	change := p.changed[c.Export]
	defer func() { p.changed[c.Export] = change }()
	change.Inserted += rows
	if c.DatedBy == "" {
		return nil
	}
	of := fmt.Sprintf("from exports.%s where _file = %d", c.Export, f.file.No)
	if err := p.months(ctx, &change, fmt.Sprintf("select distinct date_trunc('month', day) from (select distinct cast(%s as date) as day %s)", quote(c.DatedBy), of)); err != nil {
		return err
	}
	order, err := p.order(ctx, c, "rowid", of)
	if err != nil || order == "" {
		return err
	}
	last, err := p.tx.Query(ctx, "select max(rowid) "+of)
	if err != nil {
		return err
	}
	unordered := fmt.Sprintf("%s and rowid <= %d", of, last.Rows[0][0])
	for _, statement := range []string{
		fmt.Sprintf("insert into exports.%s select * %s %s", c.Export, unordered, order),
		"delete " + unordered,
	} {
		if _, err := p.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
