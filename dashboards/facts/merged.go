package facts

import (
	"context"
	"fmt"
	"time"

	"hulian/dashboards/visitor"
)

// What ties the organisation together came with later versions of the program: of a snapshot that an older one published all of these
// have no rows and no error.

// MergedBranch is how a branch is tied to its governance grid and into the WeChat groups. NaN where the list does not say.
type MergedBranch struct {
	BranchID, VillageID, GovernanceGridID string
	GroupVillageBranch, GroupBranchMember float64 // 1 or 0
	GridHouseholds, HouseholdsApart       float64 // listed in a grid, as is the branch; of those, in another one
}

const mergedSQL = `
select b.branch_id, b.village_id, b.governance_grid_id, b.group_village_branch, b.group_branch_member, b.grid_households, b.households_apart
from branch_structure b
where 1 = 1%s
order by b.branch_id`

// Merged reads how the branches of a place are tied into grids and groups.
func (f Facts) Merged(ctx context.Context, v visitor.Visitor, at Unit) ([]MergedBranch, error) {
	where, args := in(at, "b.")
	return entered[MergedBranch](ctx, f, v, "how branches are tied into grids", fmt.Sprintf(mergedSQL, where), args...)
}

// BareGrid is a governance grid in which households are listed, and that is no branch's or that of several.
type BareGrid struct {
	GridID, VillageID    string
	Branches, Households float64
}

const bareGridsSQL = `
select g.grid_id, g.village_id, coalesce(n.branches, 0) as branches, g.households
from (
    select governance_grid_id as grid_id, min(village_id) as village_id, count(*) as households
    from households
    where governance_grid_id is not null
    group by governance_grid_id
) g
left join (
    select governance_grid_id as grid_id, count(*) as branches
    from branches
    where governance_grid_id is not null
    group by governance_grid_id
) n on n.grid_id = g.grid_id
where coalesce(n.branches, 0) <> 1 and exists (select 1 from branches where governance_grid_id is not null)%s
order by g.village_id, g.grid_id`

// BareGrids reads the governance grids of a village or the town that are not one with a branch.
func (f Facts) BareGrids(ctx context.Context, v visitor.Visitor, at Unit) ([]BareGrid, error) {
	where, args := in(at, "g.")
	return entered[BareGrid](ctx, f, v, "governance grids without a branch", fmt.Sprintf(bareGridsSQL, where), args...)
}

// StrayHousehold is a household listed in another governance grid than its branch.
type StrayHousehold struct {
	HouseholdID                  string `is:"household"`
	VillageID, BranchID, OwnGrid string
	BranchGrid                   string
	Total                        int64
}

const straysSQL = `
select h.household_id, h.village_id, h.branch_id, h.governance_grid_id as own_grid, b.governance_grid_id as branch_grid, count(*) over () as total
from households h
join branches b on b.branch_id = h.branch_id
where h.governance_grid_id <> b.governance_grid_id%s
order by h.village_id, h.branch_id, h.household_id%s`

// Strays reads the households of a place whose two grids differ.
func (f Facts) Strays(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]StrayHousehold, error) {
	where, end, args := cut.of(at, "h.")
	return entered[StrayHousehold](ctx, f, v, "households whose grids differ", fmt.Sprintf(straysSQL, where, end), args...)
}

// Stretch is a river within a village and how much of it somebody looks after; NaN where no post says where it is.
type Stretch struct {
	SegmentID, River, VillageID        string
	FromM, ToM, Metres, Covered, Posts float64
	Chief                              string `is:"cadre"`
}

const stretchesSQL = `
select c.segment_id, c.river, c.village_id, c.from_m, c.to_m, c.metres, c.covered, c.posts, c.chief
from river_coverage c
where 1 = 1%s
order by c.river, c.from_m, c.segment_id`

// Stretches reads the stretches of river of a village or the town.
func (f Facts) Stretches(ctx context.Context, v visitor.Visitor, at Unit) ([]Stretch, error) {
	where, args := in(at, "c.")
	return entered[Stretch](ctx, f, v, "the stretches of river", fmt.Sprintf(stretchesSQL, where), args...)
}

// RiverGap is a run of metres that nobody looks after.
type RiverGap struct {
	SegmentID  string
	FromM, ToM float64
}

const riverGapsSQL = `
select g.segment_id, g.from_m, g.to_m
from river_gaps g
where 1 = 1%s
order by g.segment_id, g.from_m`

// RiverGaps reads what nobody looks after on the rivers of a village or the town.
func (f Facts) RiverGaps(ctx context.Context, v visitor.Visitor, at Unit) ([]RiverGap, error) {
	where, args := in(at, "g.")
	return entered[RiverGap](ctx, f, v, "what nobody looks after on rivers", fmt.Sprintf(riverGapsSQL, where), args...)
}

// OpenShortcoming is one that an organisation-life meeting named and that is not mended.
type OpenShortcoming struct {
	VillageID, BranchID string
	Shortcoming         string `is:"text"`
	FoundOn             string `is:"day"`
	Days                float64
	Total               int64
}

const shortcomingsSQL = `
select b.village_id, z.branch_id, z.shortcoming, z.found_on, date_diff('day', z.found_on, d.on_day) as days, count(*) over () as total
from rectifications z
cross join (select cast(? as date) as on_day) d
join branch_structure b on b.branch_id = z.branch_id
where z.found_on <= d.on_day and (z.mended_on is null or z.mended_on > d.on_day)%s
order by z.found_on, z.branch_id, z.shortcoming%s`

// OpenShortcomings reads what was named and not mended by the last day of a month, the oldest first.
func (f Facts) OpenShortcomings(ctx context.Context, v visitor.Visitor, at Unit, month string, cut Cut) ([]OpenShortcoming, error) {
	where, end, args := cut.of(at, "b.")
	return entered[OpenShortcoming](ctx, f, v, "open shortcomings", fmt.Sprintf(shortcomingsSQL, where, end), append([]any{f.AsOf(month).Format(time.DateOnly)}, args...)...)
}

// RoundTables are the evening round-tables of one village and what they brought.
type RoundTables struct {
	VillageID                string
	Held, Attended, Counted  float64 // round-tables; people at those of which it is said; how many these are
	LastOn                   string  `is:"day"`
	Issues, Resolved, Untold float64 // issues whose source is a round-table; of those resolved; of those not known to be
}

const roundTablesSQL = `
select coalesce(s.village_id, i.village_id) as village_id, coalesce(s.held, 0) as held, s.attended, coalesce(s.counted, 0) as counted, s.last_on,
    coalesce(i.issues, 0) as issues, coalesce(i.resolved, 0) as resolved, coalesce(i.untold, 0) as untold
from (
    select village_id, count(*) as held, sum(attended) as attended, count(attended) as counted, max(held_on) as last_on
    from round_tables
    where held_on <= cast(? as date)
    group by village_id
) s
full join (
    select f.village_id, count(*) as issues, count(*) filter (where f.state in ('resolved', 'fed_back')) as resolved,
        count(*) filter (where f.state = 'unknown') as untold
    from %s f
    join issues x on x.issue_id = f.issue_id
    where x.at_round_table
    group by f.village_id
) i on i.village_id = s.village_id
where 1 = 1%s
order by 1`

// RoundTables reads the round-tables held up to the last day of a month and what became of what they brought, by village.
func (f Facts) RoundTables(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]RoundTables, error) {
	where, args := "", []any{f.AsOf(month).Format(time.DateOnly)}
	if at.VillageID != "" {
		where, args = " and coalesce(s.village_id, i.village_id) = ?", append(args, at.VillageID)
	}
	return entered[RoundTables](ctx, f, v, "round-tables", fmt.Sprintf(roundTablesSQL, f.issuesThen(month), where), args...)
}

// Zone is the claimed tasks of one zone of a village, or of one programme where Zone is empty.
type Zone struct {
	VillageID, Zone, Programme string
	Branches, Claimed, Done    float64
	Open, Overdue              float64
	Nearest                    string `is:"day"` // the earliest deadline of those open
}

const zonesSQL = `
with standing as (
    select t.*, b.village_id as in_village, cast(t.due_on as date) < d.on_day as late,
        coalesce(cast(t.done_on as date) <= d.on_day, coalesce(t.progress, 0) >= 100) as finished
    from tasks t
    cross join (select cast(? as date) as on_day) d
    join branch_structure b on b.branch_id = t.branch_id
    where cast(t.claimed_on as date) <= d.on_day%[2]s
)

select %[1]s, count(distinct t.branch_id) as branches, count(*) as claimed, count(*) filter (where t.finished) as done,
    count(*) filter (where not t.finished) as open, count(*) filter (where not t.finished and t.late) as overdue,
    min(case when not t.finished then substr(cast(t.due_on as varchar), 1, 10) end) as nearest
from standing t
%[3]s
group by 1, 2, 3
order by overdue desc, open desc, claimed desc, 1, 2, 3`

// Programmes reads the tasks of a place claimed up to the last day of a month by the work they belong to, those with most overdue first.
func (f Facts) Programmes(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Zone, error) {
	where, args := in(at, "b.")
	return list[Zone](ctx, f, v, "tasks by programme", fmt.Sprintf(zonesSQL, "'' as village_id, '' as zone, coalesce(t.programme, 'other') as programme", where, ""),
		append([]any{f.AsOf(month).Format(time.DateOnly)}, args...)...)
}

// Zones reads the tasks that name a zone by village and zone.
func (f Facts) Zones(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Zone, error) {
	where, args := in(at, "b.")
	return entered[Zone](ctx, f, v, "tasks by zone", fmt.Sprintf(zonesSQL, "t.in_village as village_id, t.zone as zone, '' as programme", where, "where t.zone is not null"),
		append([]any{f.AsOf(month).Format(time.DateOnly)}, args...)...)
}

// CadreHolding is who holds open issues now: a cadre, or nobody that the register names.
type CadreHolding struct {
	HolderID      string `is:"cadre"`
	VillageID     string
	Open, Overdue float64
	Supervised    float64 // of those overdue, with an official who supervises them
	Since         string  `is:"day"` // when the longest held was routed; empty: it has changed hands, or no day of it is known
	Passed        float64 // of those open, passed on by the cadre who was given them first: since when is not known
	Total         float64
}

const cadreHoldingsSQL = `
select case when f.routed_at is null then '' else coalesce(x.responsible_cadre_id, '') end as holder_id, f.village_id, count(*) as open,
    count(*) filter (where f.state = 'overdue') as overdue, count(*) filter (where f.state = 'overdue' and x.supervisor_id is not null) as supervised,
    min(case when x.handler_cadre_id = x.responsible_cadre_id then cast(f.routed_at as date) end) as since,
    count(*) filter (where x.handler_cadre_id <> x.responsible_cadre_id) as passed, sum(count(*)) over () as total
from %[1]s f
join issues x on x.issue_id = f.issue_id
where f.state in ('open', 'overdue') and f.routed_at is not null and exists (select 1 from issues where responsible_cadre_id is not null)%[2]s
group by 1, 2
order by overdue desc, open desc, 2, 1`

// CadreHoldings reads who holds the open issues of a place that were routed by the last day of a month, those with most overdue first; nothing
// where no file says who holds them.
func (f Facts) CadreHoldings(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]CadreHolding, error) {
	where, args := in(at, "f.")
	return entered[CadreHolding](ctx, f, v, "who holds open issues", fmt.Sprintf(cadreHoldingsSQL, f.issuesThen(month), where), args...)
}

// HeldIssue is who holds one issue now, since when, and who supervises it.
type HeldIssue struct {
	IssueID                string `is:"text"` // as in the lists that it is looked up for
	VillageID, BranchID    string
	HolderID, SupervisorID string `is:"cadre"`
	Since                  string `is:"day"` // when it was routed to that cadre; empty: it was passed on since
}

const heldNowSQL = `
select f.issue_id, f.village_id, f.branch_id, x.responsible_cadre_id as holder_id, x.supervisor_id,
    case when x.handler_cadre_id = x.responsible_cadre_id then cast(f.routed_at as date) end as since
from %[1]s f
join issues x on x.issue_id = f.issue_id
where f.state = 'overdue' and (x.responsible_cadre_id is not null or x.supervisor_id is not null)%[2]s`

// HeldNow reads of the issues that Late lists who holds and supervises them, by the issue's ID; empty where no file says it.
func (f Facts) HeldNow(ctx context.Context, v visitor.Visitor, at Unit, month string) (map[string]HeldIssue, error) {
	where, args := in(at, "f.")
	rows, err := entered[HeldIssue](ctx, f, v, "who holds the issues past their deadline", fmt.Sprintf(heldNowSQL, f.issuesThen(month), where), args...)
	held := make(map[string]HeldIssue, len(rows))
	for _, h := range rows {
		held[h.IssueID] = h
	}
	return held, err
}
