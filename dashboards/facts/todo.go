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
	return entered[Tick](ctx, f, v, "what is ticked as done", ticksSQL, month)
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

// ToVisit is a household to visit as of a day.
type ToVisit struct {
	HouseholdID    string `is:"household"`
	HeadName       string `is:"person"`
	LinkedMemberID string `is:"member"`
	MemberName     string `is:"person"`
	Vulnerable     string // its kind; "none": it is not vulnerable
	LastVisitedAt  string `is:"day"`
	DaysSince      float64
	VillageID      string
	BranchID       string
	Total          int64 // households of the list, however many of them are read
}

// IsVulnerable reports whether the household is low in income, alone, disabled or otherwise in need.
func (h ToVisit) IsVulnerable() bool { return h.Vulnerable != "none" }

// homesSQL takes the households and links of the cut-off, and the visits made until the day of the list.
const homesSQL = `
with day as (select cast(? as date) as first_on, cast(? as date) as on_day),

seen as (
    select v.household_id, max(cast(v.visited_at as date)) as last_on
    from visits v
    cross join day d
    where cast(v.visited_at as date) <= d.on_day
    group by v.household_id
),

homes as (
    select h.household_id, h.head_name, h.village_id, h.branch_id, h.linked_member_id, coalesce(h.vulnerable, 'none') as vulnerable,
        s.last_on, date_diff('day', s.last_on, d.on_day) as days_since, coalesce(s.last_on >= d.first_on, false) as visited
    from households h
    cross join day d
    left join seen s on s.household_id = h.household_id
)
`

const toVisitSQL = homesSQL + `
select h.household_id, h.head_name, h.village_id, h.branch_id, h.linked_member_id, m.name as member_name, h.vulnerable,
    h.last_on as last_visited_at, h.days_since, count(*) over () as total
from homes h
left join members m on m.member_id = h.linked_member_id
where %[1]s%[2]s
order by case when h.vulnerable = 'none' then 1 else 0 end, h.last_on nulls first, h.household_id%[3]s`

// ToVisit reads the households of a place to visit as of the last day of a month: vulnerable ones without a visit in that month,
// then the others without a visit for more than days days, each the longest first.
func (f Facts) ToVisit(ctx context.Context, v visitor.Visitor, at Unit, month string, days int, cut Cut) ([]ToVisit, error) {
	return f.homes(ctx, v, at, month, "(case when h.vulnerable = 'none' then "+longUnvisited+" else not h.visited end)", days, cut)
}

// longUnvisited is the condition for the households without a visit for more than so many days.
const longUnvisited = "coalesce(h.days_since > ?, true)"

// Unvisited reads the households of a place without a visit for more than days days as of the last day of a month, vulnerable ones
// first, then the longest.
func (f Facts) Unvisited(ctx context.Context, v visitor.Visitor, at Unit, month string, days int, cut Cut) ([]ToVisit, error) {
	return f.homes(ctx, v, at, month, longUnvisited, days, cut)
}

func (f Facts) homes(ctx context.Context, v visitor.Visitor, at Unit, month, condition string, days int, cut Cut) ([]ToVisit, error) {
	return placed(ctx, f, v, list[ToVisit], at, "h.", cut, "the households to visit",
		func(where, end string) string { return fmt.Sprintf(toVisitSQL, condition, where, end) }, f.homesArgs(month, days)...)
}

// homesArgs are what homesSQL and a condition with so many days ask for.
func (f Facts) homesArgs(month string, days int) []any {
	return []any{month + "-01", f.AsOf(month).Format(time.DateOnly), int64(days)}
}

// WaitingHouseholds is how many households of one branch nobody has visited for too long.
type WaitingHouseholds struct {
	VillageID, BranchID    string
	All, Vulnerable, Never float64 // of those the vulnerable ones, and those that were never visited
}

const waitingSQL = homesSQL + `
select h.village_id, h.branch_id, count(*) as "all", count(*) filter (where h.vulnerable <> 'none') as vulnerable,
    count(*) filter (where h.last_on is null) as never
from homes h
where %s
group by h.village_id, h.branch_id
order by h.village_id, h.branch_id`

// WaitingHouseholds counts by branch the households that Unvisited lists, without the villages of which that is not known.
func (f Facts) WaitingHouseholds(ctx context.Context, v visitor.Visitor, at Unit, month string, days int, unknown ...string) ([]WaitingHouseholds, error) {
	f = f.at(at)
	f.cut = &Cut{Most: EveryRow.Most, Unknown: unknown}
	return list[WaitingHouseholds](ctx, f, v, "how many households wait for a visit", fmt.Sprintf(waitingSQL, longUnvisited), f.homesArgs(month, days)...)
}
