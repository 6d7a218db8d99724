package check

import (
	"context"
	"strconv"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// visitWarnings are what an accepted visit is marked for that needs a second look, as of the day of the visit: the member
// was exempt from linking, or the household was linked to another member. Each is a condition over the visit t and a
// version v of the registry that holds on that day, as conjunctions: the engine joins by these alone.
var visitWarnings = []struct {
	code                           pipelines.Code
	registry, column, value, since string // the registry, its key, the column that tells, and the day the row gives for it
	condition                      string
	detail                         string // an expression
}{
	{pipelines.ExemptVisitor, "members", "member_id", "duty_status", "valid_from", "v.duty_status = 'exempt'", "null"},
	{pipelines.LinkMismatch, "households", "household_id", "linked_member_id", "linked_since",
		"v.linked_member_id <> t.member_id and coalesce(v.since, v.from_day) <= cast(t.visited_at as date)",
		`'["` + string(pipelines.DetailLinkedTo) + `",' || to_json(v.linked_member_id) || ']'`},
}

// visits marks the accepted visits among the rows.
func (r *Rows) visits(ctx context.Context) error {
	if r.Export != "visits" || r.Alone {
		return nil
	}
	for _, w := range visitWarnings {
		p := statement.P{"registry": w.registry, "key": w.column, "value": w.value, "since": w.since, "code": string(w.code), "condition": w.condition,
			"detail": w.detail, "good": r.Good()}
		if _, err := r.exec(ctx, "registry_days", p); err != nil {
			return err
		}
		if _, err := r.exec(ctx, "visit_warning", p); err != nil {
			return err
		}
	}
	return nil
}

// Doubtful lists queries for the rowids of rows that were stored unchecked, in exports.<export> from a rowid on, and that
// need the checks: they name what no list has named, or they are visits that need a second look.
func Doubtful(ctx context.Context, tx statement.Runner, c data.Contract, from int64) (queries []string, err error) {
	rows := "select t.rowid as rid from exports." + c.Export + " t"
	behind := " t.rowid >= " + number(from)
	for _, of := range References(c, true) {
		id, key := "t."+statement.Quote(of.Column.ID), statement.Quote(of.ID)
		queries = append(queries, rows+" where"+behind+" and "+id+" is not null and "+id+" not in (select "+key+" from exports."+of.Target+" where "+key+
			" is not null union all select "+key+" from history."+of.Target+" where "+key+" is not null)")
	}
	for _, of := range References(c, false) {
		queries = append(queries, rows+" where"+behind+" and t."+statement.Quote(of.Column.ID)+" is not null")
	}
	if c.Export != "visits" {
		return queries, nil
	}
	for _, w := range visitWarnings {
		p := statement.P{"registry": w.registry, "key": w.column, "value": w.value, "since": w.since}
		if _, err := SQL.Exec(ctx, tx, "registry_days", c, p); err != nil {
			return nil, err
		}
		queries = append(queries, rows+" join versions_"+w.registry+" v on v."+w.column+" = t."+w.column+
			" and cast(t.visited_at as date) >= v.from_day and cast(t.visited_at as date) < v.until_day where"+behind+" and "+w.condition)
	}
	return queries, nil
}
