package load

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"hulian/data"
)

// Late is the condition that a version v of a row came with a file that is not among ops.files, though it counts as
// brought by an older one. schema is where ops.late stands.
func Late(c data.Contract, schema string) string {
	return fmt.Sprintf(`exists (select 1 from %s.late l where l.export = %s and l.file_no = v._file and l.row_key = %s and l.came_with not in (select file_no from ops.files))`,
		schema, literal(c.Export), keyText(c, "v."))
}

// mergeLate merges, and keeps of the rows that count as brought by an older file which file they came with: of rows that
// had waited, the one that named the last of what they refer to; of a marked copy that stands in the place of its
// original, the copy. A day before it can be told as it was by that.
func (p *pass) mergeLate(ctx context.Context, c data.Contract) error {
	if p.alone || !p.takenUpNow && len(p.standsAt) == 0 {
		return p.merge(ctx, c)
	}
	copied := "false"
	if len(p.standsAt) > 0 {
		copied = "f.file_no in " + listed(maps.Keys(p.standsAt))
	}
	there := func(schema string) string {
		return fmt.Sprintf("exists (select 1 from %s.%s e where e._file = t._file and %s and row(%s) is not distinct from row(%s))",
			schema, c.Export, keyEquals(c, "e", "t"), columnList(c, "e."), columnList(c, "t."))
	}
	table := "late_" + c.Export
	if _, err := p.exec(ctx, fmt.Sprintf(`create or replace temp table %s as select %s, t._file, case when f.earlier then greatest(f.file_no%s) else f.file_no end as came_with
		from %s t join feeds f on f.feed = t._feed where (f.earlier or %s) and not %s and not %s`,
		table, columnList(c, "t."), p.namedBy(c), p.good(c), copied, there("exports"), there("history"))); err != nil {
		return err
	}
	if err := p.merge(ctx, c); err != nil {
		return err
	}
	if _, err := p.exec(ctx, fmt.Sprintf(`insert into ops.late select distinct %s, t._file, %s, t.came_with from %s t where t.came_with > t._file and (%s or %s)`,
		literal(c.Export), keyText(c, "t."), table, there("exports"), there("history"))); err != nil {
		return err
	}
	_, err := p.exec(ctx, "drop table "+table)
	return err
}

// namedBy lists, each after a comma, the files that first named what a row t refers to.
func (p *pass) namedBy(c data.Contract) (files string) {
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		if !ok || !p.before(target, c.Export) {
			continue
		}
		named, _ := data.ContractOf(target)
		files += fmt.Sprintf(`, (select min(coalesce(l.came_with, e._file)) from (select %[1]s as id, _file, %[2]s as row_key from exports.%[3]s union all select %[1]s, _file, %[2]s from history.%[3]s) e
			left join ops.late l on l.export = '%[3]s' and l.file_no = e._file and l.row_key = e.row_key where e.id = t.%[4]s)`, quote(id), keyText(named, ""), target, quote(column.ID))
	}
	return files
}
