package facts

import (
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/visitor"
)

// UnvisitedHousehold is a household nobody has visited for longer than the programme allows.
type UnvisitedHousehold struct {
	Total          int64
	LastVisitedAt  string `is:"day"`
	DaysSince      float64
	Vulnerable     string
	HouseholdID    string `is:"household"`
	HeadName       string `is:"person"`
	LinkedMemberID string `is:"member"`
	MemberName     string `is:"person"`
	VillageID      string
	BranchID       string
}

const unvisitedSQL = `
select u.household_id, u.village_id, u.branch_id, u.linked_member_id, h.vulnerable, u.last_visited_at, u.days_since,
    h.head_name, m.name as member_name, count(*) over () as total
from unvisited_households u
left join households h on h.household_id = u.household_id
left join members m on m.member_id = u.linked_member_id
where 1 = 1%s
order by case when h.vulnerable is null or h.vulnerable = 'none' then 1 else 0 end, coalesce(u.days_since, 99999) desc, u.household_id
limit ? offset ?`

// Unvisited reads the households of a place that nobody has visited for longer than the programme allows, vulnerable ones first.
func (f Facts) Unvisited(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]UnvisitedHousehold, error) {
	where, args := in(at, "u.")
	return list[UnvisitedHousehold](ctx, f, v, "unvisited households", fmt.Sprintf(unvisitedSQL, where), append(args, cut.args()...)...)
}

// WaitingHouseholds is how many households of one branch nobody has visited for longer than the programme allows.
type WaitingHouseholds struct {
	VillageID, BranchID    string
	All, Vulnerable, Never float64 // of those the vulnerable ones, and those that were never visited
}

const waitingSQL = `
select u.village_id, u.branch_id, count(*) as "all", count(*) filter (where h.vulnerable <> 'none') as vulnerable, count(*) filter (where u.last_visited_at is null) as never
from unvisited_households u
left join households h on h.household_id = u.household_id
where 1 = 1%s
group by u.village_id, u.branch_id
order by u.village_id, u.branch_id`

// WaitingHouseholds counts by branch the households that Unvisited lists.
func (f Facts) WaitingHouseholds(ctx context.Context, v visitor.Visitor, at Unit) ([]WaitingHouseholds, error) {
	where, args := in(at, "u.")
	return list[WaitingHouseholds](ctx, f, v, "how many households wait for a visit", fmt.Sprintf(waitingSQL, where), args...)
}

// DayOfVisits is how many visits were made on one day of a month.
type DayOfVisits struct {
	Day    int64
	Visits float64
}

const visitDaysSQL = `
select extract(day from v.visited_at) as day, count(*) as visits
from visits v
join households h on h.household_id = v.household_id
where v.visited_at >= ?::date and v.visited_at < ?::date + interval 1 month%s
group by 1
order by 1`

// VisitDays counts the visits to the households of a place day by day in a month; days without a visit are left out.
func (f Facts) VisitDays(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]DayOfVisits, error) {
	where, args := in(at, "h.")
	first := month + "-01"
	return list[DayOfVisits](ctx, f, v, "the visits day by day", fmt.Sprintf(visitDaysSQL, where), append([]any{first, first}, args...)...)
}

// DoubtfulVisits is how many visits one signal asks to call back.
type DoubtfulVisits struct {
	Signal     string
	Visits     float64
	Members    float64
	Households float64
}

const doubtfulSQL = `
select d.signal, count(distinct d.visit_id) as visits, count(distinct d.member_id) as members, count(distinct d.household_id) as households
from doubtful_visits d
where d.month = ?%s
group by d.signal
order by visits desc, d.signal`

// Doubtful reads the visits of a month in a place that ask for a call-back, by signal.
func (f Facts) Doubtful(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]DoubtfulVisits, error) {
	where, args := in(at, "d.")
	return list[DoubtfulVisits](ctx, f, v, "doubtful visits", fmt.Sprintf(doubtfulSQL, where), append([]any{month}, args...)...)
}

// Callback is a household to ask about its doubtful visits of a month, with why: the signals of all of them.
type Callback struct {
	Total         int64  // households there are, whatever the limit
	HouseholdID   string `is:"household"`
	Visits        int64  // doubtful visits of the household in the month
	VisitedAt     string // their moments to the minute, the earliest first, one after the other
	VillageID     string
	BranchID      string
	SameMinute    int64 // of each signal the largest number among the visits
	SameText      int64
	SameDay       int64
	ExemptVisitor bool
	LinkMismatch  bool
}

// A household stands where the first of its visits stands, so that one call asks about all of them.
const callbackSQL = `
with visits as (
    select c.*, row(c.step, c.turn, c.visited_at, c.visit_id) as place, strftime(c.visited_at, '%%Y-%%m-%%d %%H:%%M') as minute
    from callback_visits c
    where c.month = ?%s
)
select household_id, arg_min(village_id, place) as village_id, arg_min(branch_id, place) as branch_id, count(*) as visits,
    string_agg(distinct minute, '; ' order by minute) as visited_at, max(same_minute) as same_minute, max(same_text) as same_text,
    max(same_day) as same_day, bool_or(exempt_visitor) as exempt_visitor, bool_or(link_mismatch) as link_mismatch, count(*) over () as total
from visits
group by household_id
order by min(place)
limit ?`

// Callbacks reads the households to ask about their visits of a month in a place, by how surely the record says of one of them that it was not made as written.
func (f Facts) Callbacks(ctx context.Context, v visitor.Visitor, at Unit, month string, limit int) ([]Callback, error) {
	where, args := in(at, "c.")
	return list[Callback](ctx, f, v, "the households to call back", fmt.Sprintf(callbackSQL, where), append(append([]any{month}, args...), int64(limit))...)
}

// MemberLoad is what an active member carries and did in the month of the cut-off.
type MemberLoad struct {
	MemberID            string `is:"member"`
	Name                string `is:"person"`
	VillageID, BranchID string
	Households          float64
	VisitsMonth         float64
	Total               int64 // rows there are, whatever the limit
}

const loadSQL = `
select l.member_id, l.name, l.village_id, l.branch_id, l.households, l.visits_month, l.month, count(*) over () as total
from member_load l
where l.duty_status = 'active' and (l.visits_month = 0 and l.households > 0 or not ?) and l.households > ?%s
order by l.households desc, l.member_id
limit ? offset ?`

// Silent reads the active members of a place with households and without a visit in the month of the cut-off.
func (f Facts) Silent(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]MemberLoad, error) {
	return f.load(ctx, v, at, true, 0, cut)
}

// Overloaded reads the active members of a place with more households than a number.
func (f Facts) Overloaded(ctx context.Context, v visitor.Visitor, at Unit, households int, cut Cut) ([]MemberLoad, error) {
	return f.load(ctx, v, at, false, households, cut)
}

func (f Facts) load(ctx context.Context, v visitor.Visitor, at Unit, silent bool, households int, cut Cut) ([]MemberLoad, error) {
	where, args := in(at, "l.")
	args = slices.Concat([]any{silent, int64(households)}, args, cut.args())
	return list[MemberLoad](ctx, f, v, "the load of members", fmt.Sprintf(loadSQL, where), args...)
}
