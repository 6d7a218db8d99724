package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hulian/data"
)

// list is one file that brings rows of a registry.
type list struct {
	file  int64
	full  bool  // it names everything there is: what it does not name has gone
	newer int64 // the first full list that was loaded before this older one, 0 for none
}

// lists gives the files that bring rows of a registry in this run, in order of arrival.
func (p *pass) lists(ctx context.Context, c data.Contract) ([]list, error) {
	complete, err := p.tx.Query(ctx, "select distinct file_no from ops.reconciliation where export = ? and complete order by file_no", c.Export)
	if err != nil {
		return nil, err
	}
	var all []list
	for _, f := range p.decoding.feeds {
		if f.contract.Export != c.Export || p.held[f.file.No] != "" {
			continue
		}
		no := f.file.No
		if at, copied := p.standsAt[no]; copied {
			no = at
		}
		if i := slices.IndexFunc(all, func(l list) bool { return l.file == no }); i >= 0 {
			all[i].full = all[i].full || f.full()
			continue
		}
		l := list{file: no, full: f.full()}
		for _, row := range complete.Rows {
			if no := row[0].(int64); no > l.file && l.newer == 0 {
				l.newer = no
			}
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b list) int { return int(a.file - b.file) })
	return all, nil
}

// mergeLists brings the rows of a registry's lists into its table, all lists of the run at once. A version of a row
// holds until a newer list says something else of its key, or is full and does not name it; a row that a list refused
// still names its key. What an older list brings late (it had been held, or its rows had waited) holds until the newer
// list that was loaded before it.
func (p *pass) mergeLists(ctx context.Context, c data.Contract, good string, change *Change) error {
	lists, err := p.lists(ctx, c)
	if err != nil {
		return err
	}
	var full, late, lateFiles []string
	for _, l := range lists {
		switch {
		case l.newer > 0:
			late = append(late, fmt.Sprintf("when %d then %d", l.file, l.newer))
			lateFiles = append(lateFiles, fmt.Sprint(l.file))
		case l.full:
			full = append(full, fmt.Sprint(l.file))
		}
	}
	superseded, told := "null", "ended"
	if len(late) > 0 {
		// Nor does it end what was there before it and stands still: the newer list found that as it had been.
		good = fmt.Sprintf("(select * from %s t where t._file not in (%s) or not exists (select 1 from exports.%s e where %s and e._file <= t._file))",
			good, strings.Join(lateFiles, ", "), c.Export, keyEquals(c, "e", "t"))
		superseded = "case _file " + strings.Join(late, " ") + " end"
		// What a late list repeats ends nothing: the newer list has had its say on the version that stands.
		told = fmt.Sprintf(`(select * from ended window same as (partition by %[2]s order by _file, fresh, _row)
			qualify not fresh or superseded is null or row_number() over same = 1 or row(%[1]s) is distinct from lag(row(%[1]s)) over same)`, columnList(c, ""), keyList(c, ""))
	}
	if _, err := p.exec(ctx, fmt.Sprintf(listVersions, columnList(c, "t."), c.Export, good, typedTable(c), "["+strings.Join(full, ", ")+"]::bigint[]",
		keyList(c, "t."), keyList(c, ""), keyEquals(c, "n", "e"), superseded, columnList(c, ""), told, p.fileOf())); err != nil {
		return err
	}
	counted, err := p.tx.Query(ctx, `select count(*) filter (where fresh and not replaces), count(*) filter (where fresh and replaces),
		count(*) filter (where retired) from versions`)
	if err != nil {
		return err
	}
	change.Inserted += counted.Rows[0][0].(int64)
	change.Replaced += counted.Rows[0][1].(int64)
	change.Retired += counted.Rows[0][2].(int64)
	columns := columnList(c, "")
	if len(p.standsAt) > 0 {
		// A copy that stands in the place of its original ends what the original said of a row, also where a newer list has
		// ended it since: else two versions would hold at once.
		if _, err := p.exec(ctx, fmt.Sprintf(`update history.%s as h set _until_file = t._file from versions t where t.fresh and t.until_file is not null and t._file in %s
			and %s and h._file <= t._file and h._until_file > t._file`, c.Export, listed(maps.Values(p.standsAt)), keyEquals(c, "h", "t"))); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		fmt.Sprintf("insert into history.%s (%[2]s, _file, _row, _until_file) select %[2]s, _file, _row, until_file from versions where until_file is not null order by _file, _row", c.Export, columns),
		fmt.Sprintf("delete from exports.%s t where not exists (select 1 from versions v where v.rid = t.rowid and v.until_file is null)", c.Export),
		fmt.Sprintf("insert into exports.%s (%[2]s, _file, _row) select %[2]s, _file, _row from versions where fresh and until_file is null order by _file, _row", c.Export, columns),
	} {
		if _, err := p.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// listVersions makes the table of the versions of a registry's rows: those that stand and those the run brings, the
// standing ones with their rowid as rid. full is the list of full lists; a key that one of them names is named from
// there to the end of an unbroken row of lists, so the first list that lacks it is the one behind.
const listVersions = `create or replace temp table versions as
	with said as (
		select %[1]s, t._file, t._row, false as fresh, t.rowid as rid from exports.%[2]s t
		union all
		select %[1]s, t._file, t._row, true, null from %[3]s t),
	files as (select _file, len(list_filter(%[5]s, f -> f <= _file)) as place, %[9]s as superseded from (select distinct _file from said)),
	named as (select distinct %[6]s, list_position(%[5]s, %[12]s) as place from %[4]s t join feeds f on f.feed = t._feed and not f.earlier
		where list_contains(%[5]s, %[12]s)),
	rows as (select *, place - row_number() over (partition by %[7]s order by place) as unbroken from named),
	spans as (select *, max(place) over (partition by %[7]s, unbroken) as ends from rows),
	ended as (
		select e.*, case when e.fresh and e.superseded is not null then e.superseded else (%[5]s)[coalesce(n.ends, e.place) + 1] end as gone
		from (select s.*, f.place, f.superseded from said s join files f on f._file = s._file) e left join spans n on %[8]s and n.place = e.place + 1),
	compared as (
		select *, lag(gone) over same as gone_before, last_value(gone) over (same rows between unbounded preceding and unbounded following) as gone_at_last,
			row_number() over same = 1 or row(%[10]s) is distinct from lag(row(%[10]s)) over same or coalesce(lag(gone) over same <= _file, false) as differs
		from %[11]s window same as (partition by %[7]s order by _file, fresh, _row)),
	kept as (
		select *, lead(_file) over same as next_file, case when lead(_file) over same is null then gone_at_last else lead(gone_before) over same end as gone_at
		from compared where differs window same as (partition by %[7]s order by _file, fresh, _row)),
	until as (select *, coalesce(gone_at <= coalesce(next_file, gone_at), false) as retired from kept)
	select %[10]s, _file, _row, fresh, rid, retired, case when retired then gone_at else next_file end as until_file,
		coalesce(not lag(retired) over same, false) as replaces
	from until window same as (partition by %[7]s order by _file, fresh, _row)`
