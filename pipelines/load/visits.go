package load

import (
	"context"
	"fmt"

	"hulian/data"
	"hulian/pipelines"
)

// visitWarnings are what an accepted visit is marked for that needs a second look, as of the day of the visit: the
// member was exempt from linking, or the household was linked to another member. Each is a condition over the visit t
// and a version v of the registry that holds on that day, as conjunctions: the engine joins by these alone.
var visitWarnings = []struct {
	code                           pipelines.Code
	registry, column, value, since string // the registry, its key, the column that tells, and the day the row gives for it
	condition                      string
	detail                         string
}{
	{pipelines.ExemptVisitor, "members", "member_id", "duty_status", "valid_from", "v.duty_status = 'exempt'", "null"},
	{pipelines.LinkMismatch, "households", "household_id", "linked_member_id", "linked_since",
		"v.linked_member_id <> t.member_id and coalesce(v.since, v.from_day) <= cast(t.visited_at as date)", "v.linked_member_id"},
}

// warnsOfVisits reports whether an export's rows are looked at for visitWarnings.
func (p *pass) warnsOfVisits(c data.Contract) bool { return c.Export == "visits" && !p.alone }

// visits marks the accepted visits of this round.
func (p *pass) visits(ctx context.Context, c data.Contract) error {
	if !p.warnsOfVisits(c) {
		return nil
	}
	if err := p.visitVersions(ctx); err != nil {
		return err
	}
	for _, w := range visitWarnings {
		if _, err := p.exec(ctx, fmt.Sprintf(`insert into found select 'visits', t._feed, t._rid, t._row, %s, %s, 'warn', t.%s, %s
			from %s t join versions_%s v on %s where %s`,
			literal(w.column), literal(string(w.code)), w.column, w.detail, p.good(c), w.registry, onDay(w.column), w.condition)); err != nil {
			return err
		}
	}
	return nil
}

// unwarned are the joins that leave the visits t no warning is due on.
func unwarned() string {
	var joins string
	for _, w := range visitWarnings {
		joins += fmt.Sprintf(" anti join versions_%s v on %s and %s", w.registry, onDay(w.column), w.condition)
	}
	return joins
}

// onDay is the condition that a version v of a registry's row holds on the day of the visit t.
func onDay(key string) string {
	return fmt.Sprintf("v.%[1]s = t.%[1]s and cast(t.visited_at as date) >= v.from_day and cast(t.visited_at as date) < v.until_day", key)
}

// visitVersions lists the versions of what visitWarnings look at.
func (p *pass) visitVersions(ctx context.Context) error {
	for _, w := range visitWarnings {
		if err := p.versions(ctx, w.registry, w.column, w.value, w.since); err != nil {
			return err
		}
	}
	return nil
}

// versions lists the versions of one column of a registry with the days they hold for. The first known version also
// stands for the time before it. A later one counts from the day its file speaks for, or from the day the row itself
// gives for the change when that lies after the day of the version before.
func (p *pass) versions(ctx context.Context, export, key, value, since string) error {
	_, err := p.exec(ctx, fmt.Sprintf(`create or replace temp table versions_%[1]s as
		with days as (select file_no, any_value(as_of) as as_of from (select file_no, as_of from ops.files union all select file_no, as_of from new_files) group by file_no),
		versions as (
			select v.*, b.as_of as from_list, u.as_of as until_list, lag(b.as_of) over (partition by %[2]s order by _file, coalesce(_until_file, 9223372036854775807)) as before
			from (select %[2]s, %[3]s, %[4]s as since, _file, null as _until_file from exports.%[1]s
				union all select %[2]s, %[3]s, %[4]s, _file, _until_file from history.%[1]s) v
			left join days b on b.file_no = v._file left join days u on u.file_no = v._until_file),
		started as (
			select *, case when before is null then date '0001-01-01' when since > before and since < from_list then since else from_list end as from_day
			from versions)
		select %[2]s, %[3]s, since, from_day,
			coalesce(lead(from_day) over (partition by %[2]s order by _file, from_day), until_list, date '9999-12-31') as until_day
		from started`, export, key, value, since))
	return err
}
