package load

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"hulian/data"
)

// merge brings the accepted rows of an export into its table. A newer file wins by key, the older version moves to
// history; rows that say the same are left as they stand.
func (p *pass) merge(ctx context.Context, c data.Contract) error {
	table := "good_" + c.Export
	if _, err := p.exec(ctx, fmt.Sprintf("create or replace temp view %s as select * from %s", table, p.good(c))); err != nil {
		return err
	}
	change := p.changed[c.Export] // of the rounds before
	var err error
	if c.Kind == data.Registry {
		err = p.mergeLists(ctx, c, table, &change)
	} else {
		err = p.mergeVersions(ctx, c, table, &change)
	}
	if err != nil {
		return err
	}
	if change.Any() {
		p.changed[c.Export] = change
	}
	_, err = p.exec(ctx, "drop view "+table)
	return err
}

// mergeVersions merges events: their absence means nothing.
func (p *pass) mergeVersions(ctx context.Context, c data.Contract, from string, change *Change) error {
	again, err := p.again(ctx, c, from)
	if err != nil {
		return err
	}
	columns := columnList(c, "t.")
	fresh := from + " t"
	if again > 0 {
		fresh += fmt.Sprintf(" where not exists (select 1 from again k where %s)", keyEquals(c, "k", "t"))
	}
	if c.DatedBy != "" {
		if err := p.months(ctx, change, fmt.Sprintf("select distinct date_trunc('month', t.%s) from %s", quote(c.DatedBy), fresh)); err != nil {
			return err
		}
	}
	order, err := p.order(ctx, c, "_rid", "from "+typedTable(c)+" where _bad = 0")
	if err != nil {
		return err
	}
	n, err := p.exec(ctx, fmt.Sprintf("insert into exports.%s (%s, _file, _row) select %s, t._file, t._row from %s %s", c.Export, columnList(c, ""), columns, fresh, order))
	if err != nil {
		return err
	}
	change.Inserted += n
	if again == 0 {
		return nil
	}
	return p.mergeAgain(ctx, c, from, change)
}

// order gives the clause that puts new rows in order of time, so that a month's rows lie together; empty where they
// come in order anyway. What is compared is how far the blocks the engine stores overlap, not single rows: sorting ten
// million rows that a system exported in order would cost more than reading them. Each of the engine's threads may have
// brought a row of blocks of its own, so that as many overlap as there are threads. number names the place of a row among
// those of a from clause.
func (p *pass) order(ctx context.Context, c data.Contract, number, from string) (string, error) {
	if c.DatedBy == "" {
		return "", nil
	}
	spans, err := p.tx.Query(ctx, fmt.Sprintf(`select count(*), sum(date_diff('day', early, late)), date_diff('day', min(early), max(late)) from (
		select min(%[1]s) as early, max(%[1]s) as late %[2]s group by %[3]s // 122880)`, quote(c.DatedBy), from, number))
	if err != nil {
		return "", err
	}
	blocks, _ := spans.Rows[0][0].(int64)
	overlap, _ := spans.Rows[0][1].(int64)
	if sum, ok := spans.Rows[0][1].(float64); ok {
		overlap = int64(sum)
	}
	whole, _ := spans.Rows[0][2].(int64)
	if abreast := int64(max(2, runtime.GOMAXPROCS(0))); blocks <= 1 || overlap <= 2*abreast*(whole+blocks) {
		return "", nil
	}
	return "order by " + quote(c.DatedBy), nil
}

// again gathers the keys that need more than an insert: those that stand in the table already, and those that
// several files of this run bring.
func (p *pass) again(ctx context.Context, c data.Contract, from string) (int64, error) {
	list := keyList(c, "t.")
	standing, err := p.count(ctx, "exports."+c.Export)
	if err != nil || standing == 0 && p.repeated[c.Export] == 0 {
		return 0, err
	}
	repeated := fmt.Sprintf("select %s from %s t where false", list, from)
	if p.repeated[c.Export] > 0 { // few: the keys that stand twice in good rows are among those found before
		repeated = fmt.Sprintf("select %s from %s t where exists (select 1 from repeated_%s r where %s) group by %s having count(*) > 1", list, from, c.Export, keyEquals(c, "r", "t"), list)
	}
	// The only look at the whole table: its keys are compared once, and what is found is set aside.
	if _, err := p.exec(ctx, fmt.Sprintf("create or replace temp table standing as select %s, t._file, t._row, t.rowid as rid from exports.%s t where exists (select 1 from %s n where %s)",
		columnList(c, "t."), c.Export, from, keyEquals(c, "n", "t"))); err != nil {
		return 0, err
	}
	if _, err := p.exec(ctx, fmt.Sprintf("create or replace temp table again as %s union select %s from standing t", repeated, list)); err != nil {
		return 0, err
	}
	return p.count(ctx, "again")
}

// mergeAgain puts all versions of the keys in again into order: the last one stands in the table, the others in
// history until the file that replaced them. Versions that repeat the one before them vanish.
func (p *pass) mergeAgain(ctx context.Context, c data.Contract, from string, change *Change) error {
	columns := columnList(c, "t.")
	if _, err := p.exec(ctx, fmt.Sprintf(`create or replace temp table versions as
		with everything as (
			select %[1]s, t._file, t._row, false as fresh, rid from standing t
			union all
			select %[1]s, t._file, t._row, true, -1 from %[3]s t where exists (select 1 from again k where %[2]s)),
		changes as (
			select * from everything t
			qualify row(%[1]s) is distinct from lag(row(%[1]s)) over (partition by %[4]s order by _file, fresh, _row)
				or row_number() over (partition by %[4]s order by _file, fresh, _row) = 1)
		select *, lead(_file) over (partition by %[4]s order by _file, fresh, _row) as until_file from changes`,
		columns, keyEquals(c, "k", "t"), from, keyList(c, ""))); err != nil {
		return err
	}
	if c.DatedBy != "" {
		if err := p.months(ctx, change, fmt.Sprintf("select distinct date_trunc('month', %s) from versions where fresh or until_file is not null", quote(c.DatedBy))); err != nil {
			return err
		}
	}
	if _, err := p.exec(ctx, fmt.Sprintf("insert into history.%s (%s, _file, _row, _until_file) select %s, t._file, t._row, t.until_file from versions t where t.until_file is not null", c.Export, columnList(c, ""), columns)); err != nil {
		return err
	}
	deleted, err := p.exec(ctx, fmt.Sprintf("delete from exports.%s where rowid in (select rid from versions where not fresh and until_file is not null)", c.Export))
	if err != nil {
		return err
	}
	inserted, err := p.exec(ctx, fmt.Sprintf("insert into exports.%s (%s, _file, _row) select %s, t._file, t._row from versions t where t.fresh and t.until_file is null", c.Export, columnList(c, ""), columns))
	if err != nil {
		return err
	}
	change.Replaced += deleted
	change.Inserted += inserted - deleted
	return nil
}

// months adds the months a query names to those a change touches.
func (p *pass) months(ctx context.Context, change *Change, query string) error {
	found, err := p.tx.Query(ctx, query)
	if err != nil {
		return err
	}
	for _, row := range found.Rows {
		month, ok := row[0].(time.Time)
		if !ok {
			continue
		}
		if at, known := slices.BinarySearch(change.Months, month.Format("2006-01")); !known {
			change.Months = slices.Insert(change.Months, at, month.Format("2006-01"))
		}
	}
	return nil
}
