package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hulian/dashboards/visitor"
)

// DayOfVisits is how many visits were made on one day of a month.
type DayOfVisits struct {
	Day    int64
	Visits float64
}

const visitDaysSQL = `
select h.village_id as of_village, h.branch_id as of_branch, extract(day from v.visited_at) as day, count(*) as visits
from visits v
join households h on h.household_id = v.household_id
where v.visited_at >= ?::date and v.visited_at < ?::date + interval 1 month
group by 1, 2, 3
order by 3`

// VisitDays counts the visits to the households of a place day by day in a month; days without a visit are left out.
func (f Facts) VisitDays(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]DayOfVisits, error) {
	first := month + "-01"
	return addedUp(ctx, f, v, at, "the visits day by day", visitDaysSQL, func(d DayOfVisits) int64 { return d.Day },
		func(sum *DayOfVisits, d DayOfVisits) { sum.Visits += d.Visits }, first, first)
}

// DoubtfulVisits is how many visits one signal asks to call back.
type DoubtfulVisits struct {
	Signal     string
	Visits     float64
	Members    float64
	Households float64
}

const doubtfulSQL = `
select d.village_id, d.branch_id, d.signal, dense_rank() over (order by d.visit_id) as visit, dense_rank() over (order by d.member_id) as member,
    dense_rank() over (order by d.household_id) as household
from doubtful_visits d
where d.month = ?`

// doubtfulVisit is one signal of one visit, with numbers in place of IDs: they are counted.
type doubtfulVisit struct {
	VillageID, BranchID, Signal string
	Visit, Member, Household    int64
}

// Doubtful reads the visits of a month in a place that ask for a call-back, by signal.
func (f Facts) Doubtful(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]DoubtfulVisits, error) {
	rows, err := list[doubtfulVisit](ctx, f.at(at), v, "doubtful visits", doubtfulSQL, month)
	var signals []string
	told := map[string][3]map[int64]bool{}
	for _, d := range rows {
		if _, known := told[d.Signal]; !known {
			signals = append(signals, d.Signal)
			told[d.Signal] = [3]map[int64]bool{{}, {}, {}}
		}
		for i, number := range []int64{d.Visit, d.Member, d.Household} {
			told[d.Signal][i][number] = true
		}
	}
	all := make([]DoubtfulVisits, len(signals))
	for i, signal := range signals {
		of := told[signal]
		all[i] = DoubtfulVisits{Signal: signal, Visits: float64(len(of[0])), Members: float64(len(of[1])), Households: float64(len(of[2]))}
	}
	slices.SortFunc(all, func(a, b DoubtfulVisits) int {
		return cmp.Or(cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.Signal, b.Signal))
	})
	return all, err
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
    select c.*, row(c.step, c.turn, c.visited_at, c.visit_id) as place, strftime(c.visited_at, '%Y-%m-%d %H:%M') as minute
    from callback_visits c
    where c.month = ?
)
select household_id, arg_min(village_id, place) as village_id, arg_min(branch_id, place) as branch_id, count(*) as visits,
    string_agg(distinct minute, '; ' order by minute) as visited_at, max(same_minute) as same_minute, max(same_text) as same_text,
    max(same_day) as same_day, bool_or(exempt_visitor) as exempt_visitor, bool_or(link_mismatch) as link_mismatch, count(*) over () as total
from visits
group by household_id
order by min(place)`

// Callbacks reads the households to ask about their visits of a month in a place, by how surely the record says of one of them that it was not made as written.
func (f Facts) Callbacks(ctx context.Context, v visitor.Visitor, at Unit, month string, limit int) ([]Callback, error) {
	f = f.at(at)
	f.cut = &Cut{Most: limit}
	return list[Callback](ctx, f, v, "the households to call back", callbackSQL, month)
}

// MemberLoad is what a member who can be mobilised carries, and did in a month.
type MemberLoad struct {
	MemberID            string `is:"member"`
	Name                string `is:"person"`
	VillageID, BranchID string
	Households          float64 // linked by the end of the month
	VisitsMonth         float64
	Total               int64 // members of the list, however many of them are read
}

// loadSQL takes the members and links of the cut-off. What the snapshot counted for its newest month stands; of an earlier month the
// links that had begun by its last day are counted, and its visits.
const loadSQL = `
with day as (select cast(? as date) as first_on, cast(? as date) as on_day),

links as (
    select h.linked_member_id as member_id, count(*) as households
    from households h
    cross join day d
    where coalesce(cast(h.linked_since as date) <= d.on_day, true)
    group by h.linked_member_id
),

made as (
    select v.member_id, count(*) as visits
    from visits v
    cross join day d
    where cast(v.visited_at as date) between d.first_on and d.on_day
    group by v.member_id
),

loads as (
    select l.member_id, l.name, l.village_id, l.branch_id,
        case when l.month = ? then l.households else coalesce(k.households, 0) end as households,
        case when l.month = ? then l.visits_month else coalesce(s.visits, 0) end as visits_month
    from member_load l
    left join links k on k.member_id = l.member_id
    left join made s on s.member_id = l.member_id
    where l.duty_status = 'active'
)

select l.member_id, l.name, l.village_id, l.branch_id, l.households, l.visits_month, count(*) over () as total
from loads l
where (l.visits_month = 0 or not ?) and l.households > ?%s
order by l.households desc, l.member_id%s`

// Silent reads the active members of a place with households and without a visit in a month.
func (f Facts) Silent(ctx context.Context, v visitor.Visitor, at Unit, month string, cut Cut) ([]MemberLoad, error) {
	return f.load(ctx, v, at, month, true, 0, cut)
}

// Overloaded reads the active members of a place with more households than a number at the end of a month.
func (f Facts) Overloaded(ctx context.Context, v visitor.Visitor, at Unit, month string, households int, cut Cut) ([]MemberLoad, error) {
	return f.load(ctx, v, at, month, false, households, cut)
}

func (f Facts) load(ctx context.Context, v visitor.Visitor, at Unit, month string, silent bool, households int, cut Cut) ([]MemberLoad, error) {
	return placed(ctx, f, v, list[MemberLoad], at, "l.", cut, "the load of members", func(where, end string) string { return fmt.Sprintf(loadSQL, where, end) },
		month+"-01", f.AsOf(month).Format(time.DateOnly), month, month, silent, int64(households))
}
