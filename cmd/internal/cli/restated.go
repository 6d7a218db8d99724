package cli

import (
	"context"
	"slices"
	"strings"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
	"hulian/queries"
)

// measureColumns are the columns the command writes.
const measureColumns = "measure, level, unit_id, unit_name, month, numerator, denominator, value, reason, spoke, villages, reached, lacking, partly"

// publishedColumns are those of measureColumns that the published snapshot has: one of an earlier version does not say why a
// value is not known.
func (p *program) publishedColumns(ctx context.Context, c config.Config) (string, error) {
	found, err := p.ask(ctx, c, "select * from measures where 1 = 0")
	if err != nil {
		return "", err
	}
	kept := slices.DeleteFunc(strings.Split(measureColumns, ", "), func(name string) bool { return !slices.Contains(found.Columns, name) })
	return strings.Join(kept, ", "), nil
}

// askRestated answers a query on measures for the units of today, with conditions and order to follow the table, and
// says on standard error which units that concerns: a series that was restated must not pass for one that was lived.
func (p *program) askRestated(ctx context.Context, c config.Config, rest string, arguments ...any) (pipelines.Table, error) {
	columns, err := p.publishedColumns(ctx, c)
	if err != nil {
		return pipelines.Table{}, err
	}
	known, err := p.ask(ctx, c, "select value from snapshot_facts where key = 'successions'")
	if err != nil {
		return known, err
	}
	if len(known.Rows) == 0 {
		p.say("nothing is restated: no merge file (hulian template successions) says that a unit was merged, divided or renumbered\n" +
			"没有重算：没有合并表说明哪些村或支部合并、拆分或改了编号\n")
		return p.ask(ctx, c, "select "+columns+", 'lived' as basis from measures"+rest, arguments...)
	}
	changes, err := p.ask(ctx, c, `select unit_name, old_name, cast(from_on as varchar), divided from unit_successions
		where unit_id <> old_id order by level desc, unit_id, from_on, old_id`)
	if err != nil {
		return changes, err
	}
	table, err := p.ask(ctx, c, "select "+columns+", basis from "+queries.RestatedMeasures(strings.Contains(columns, "reason"))+" as m"+rest, arguments...)
	if err != nil {
		return table, err
	}
	p.say("restated: months before a change are given for the units of today / 已重算：变更以前的月份按今天的单位给出\n")
	for _, row := range changes.Rows {
		how, zh := "summed from", "由下列单位相加"
		if divided, _ := row[3].(bool); divided {
			how, zh = "part of", "由下列单位划出"
		}
		p.say("  %s: %s %s, until %s / %s\n", row[0], how, row[1], row[2], zh)
	}
	basis, impossible := slices.Index(table.Columns, "basis"), 0
	for _, row := range table.Rows {
		if row[basis] == any("impossible") {
			impossible++
		}
	}
	if impossible > 0 {
		p.say("%d values cannot be restated (basis: impossible): the measure does not add up, or nobody has said which part of a divided unit belongs where / %[1]d 个值无法重算\n", impossible)
	}
	return table, nil
}

// filtered makes the conditions of a query from lists of allowed values; empty lists ask for nothing.
func filtered(lists ...filterList) (string, []any) {
	var terms []string
	var arguments []any
	for _, f := range lists {
		if len(f.values) == 0 {
			continue
		}
		terms = append(terms, f.column+" in (?"+strings.Repeat(", ?", len(f.values)-1)+")")
		for _, v := range f.values {
			arguments = append(arguments, v)
		}
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " where " + strings.Join(terms, " and "), arguments
}

// filterList is the values a column may have.
type filterList struct {
	column string
	values []string
}
