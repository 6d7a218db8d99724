package facts

import (
	"context"
	"fmt"
	"time"

	"hulian/dashboards/visitor"
)

// Tick is one entry by which somebody said that a thing to do is done, or took that back.
type Tick struct {
	OfKind, OfMonth, OfVillage, BranchID string
	HouseholdID                          string `is:"household"`
	MemberID                             string `is:"member"`
	IssueID                              string `is:"text"`
	Item                                 string
	Remark                               string `is:"text"`
	Back                                 bool
	EnteredBy                            string
	EnteredAt                            string `is:"day"`
}

// Of is what the thing is called within its kind.
func (t Tick) Of() string { return t.HouseholdID + t.MemberID + t.IssueID + t.Item }

const ticksSQL = `
select t.of_kind, t.of_month, t.of_village, t.of_branch as branch_id, t.household_id, t.member_id, t.issue_id, t.item, t.remark, t.back, t.entered_by, t.entered_at
from todo_ticks t
where t.of_month = ?
order by t.entered_at, t.entry_id`

// Ticked reads what people ticked in the list of a month and took back, the oldest first; nothing where an older version published
// the snapshot.
func (f Facts) Ticked(ctx context.Context, v visitor.Visitor, month string) ([]Tick, error) {
	all, err := list[Tick](ctx, f, v, "what is ticked as done", ticksSQL, month)
	if err != nil && absent(err) {
		return nil, nil
	}
	return all, err
}

// AsOf is the last day of a month, or the cut-off where that is earlier.
func (f Facts) AsOf(month string) time.Time {
	start, err := time.Parse("2006-01", month)
	if err != nil {
		return f.CutOff
	}
	if end := start.AddDate(0, 1, -1); end.Before(f.CutOff) {
		return end
	}
	return f.CutOff
}

// ToVisit is a household to visit: a vulnerable one not visited in the month, or another one not visited for longer than the
// programme allows.
type ToVisit struct {
	HouseholdID    string `is:"household"`
	HeadName       string `is:"person"`
	LinkedMemberID string `is:"member"`
	MemberName     string `is:"person"`
	Vulnerable     string
	LastVisitedAt  string `is:"day"`
	DaysSince      float64
	VillageID      string
	BranchID       string
}

// toVisitSQL takes the households and links of the cut-off, and the visits made until the day of the list.
const toVisitSQL = `
with seen as (
    select household_id, max(cast(visited_at as date)) as last_on
    from visits
    where cast(visited_at as date) <= cast(? as date)
    group by household_id
)
select h.household_id, h.head_name, h.village_id, h.branch_id, h.linked_member_id, m.name as member_name,
    case when h.vulnerable is null then 'none' else h.vulnerable end as vulnerable,
    s.last_on as last_visited_at, date_diff('day', s.last_on, cast(? as date)) as days_since
from households h
left join members m on m.member_id = h.linked_member_id
left join seen s on s.household_id = h.household_id
where (case when h.vulnerable is null or h.vulnerable = 'none' then s.last_on is null or date_diff('day', s.last_on, cast(? as date)) > ?
    else s.last_on is null or s.last_on < cast(? as date) end)%s
order by case when h.vulnerable is null or h.vulnerable = 'none' then 1 else 0 end, s.last_on nulls first, h.household_id`

// ToVisit reads the households of a place to visit as of the last day of a month: vulnerable ones without a visit in that month,
// then those without a visit for more than days days, each the longest first.
func (f Facts) ToVisit(ctx context.Context, v visitor.Visitor, at Unit, month string, days int) ([]ToVisit, error) {
	where, args := in(at, "h.")
	day := f.AsOf(month).Format(time.DateOnly)
	return list[ToVisit](ctx, f, v, "the households to visit", fmt.Sprintf(toVisitSQL, where), append([]any{day, day, day, int64(days), month + "-01"}, args...)...)
}

// LateIssue is an issue past its deadline on a day, with how far it had come by then and who reported it.
type LateIssue struct {
	IssueID          string `is:"text"`
	Category         string
	Title            string `is:"text"`
	DueOn            string `is:"day"`
	OverdueDays      float64
	VillageID        string
	BranchID         string
	Classified       bool
	Routed           bool
	RoutedTo         string `is:"text"`
	ReporterMemberID string `is:"member"`
	MemberName       string `is:"person"`
}

const lateSQL = `
with day as (select cast(? as date) as on_day)
select f.issue_id, f.category, f.title, f.due_on, date_diff('day', f.due_on, d.on_day) as overdue_days, f.village_id, f.branch_id,
    coalesce(cast(f.classified_at as date) <= d.on_day, false) as classified, coalesce(cast(f.routed_at as date) <= d.on_day, false) as routed,
    case when cast(f.routed_at as date) <= d.on_day then f.routed_to end as routed_to, f.reporter_member_id, m.name as member_name
from issue_flow f
cross join day d
left join members m on m.member_id = f.reporter_member_id
where f.state <> 'unknown' and cast(f.reported_at as date) <= d.on_day and f.due_on < d.on_day
    and (f.resolved_at is null or cast(f.resolved_at as date) > d.on_day)%s
order by overdue_days desc, f.issue_id`

// Late reads the issues of a place past their deadline as of the last day of a month, the longest first.
func (f Facts) Late(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]LateIssue, error) {
	where, args := in(at, "f.")
	return list[LateIssue](ctx, f, v, "the issues past their deadline", fmt.Sprintf(lateSQL, where), append([]any{f.AsOf(month).Format(time.DateOnly)}, args...)...)
}

const quietSQL = `
select l.member_id, l.name, l.village_id, l.branch_id, l.households, 0 as visits_month, count(*) over () as total
from member_load l
where l.duty_status = 'active' and l.households > 0
    and not exists (select 1 from visits s where s.member_id = l.member_id and substr(cast(s.visited_at as varchar), 1, 7) = ?)%s
order by l.households desc, l.member_id`

// Quiet reads the members of a place who can be mobilised and have households, as of the cut-off, without a visit in a month.
func (f Facts) Quiet(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]MemberLoad, error) {
	where, args := in(at, "l.")
	return list[MemberLoad](ctx, f, v, "the members without a visit", fmt.Sprintf(quietSQL, where), append([]any{month}, args...)...)
}
