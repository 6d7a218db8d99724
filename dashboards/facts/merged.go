package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
order by b.branch_id`

// Merged reads how the branches of a place are tied into grids and groups.
func (f Facts) Merged(ctx context.Context, v visitor.Visitor, at Unit) ([]MergedBranch, error) {
	return entered[MergedBranch](ctx, f.at(at), v, "how branches are tied into grids", mergedSQL)
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
where coalesce(n.branches, 0) <> 1 and exists (select 1 from branches where governance_grid_id is not null)
order by g.village_id, g.grid_id`

// BareGrids reads the governance grids of a village or the town that are not one with a branch.
func (f Facts) BareGrids(ctx context.Context, v visitor.Visitor, at Unit) ([]BareGrid, error) {
	return entered[BareGrid](ctx, f.at(at), v, "governance grids without a branch", bareGridsSQL)
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
	return placed(ctx, f, v, entered[StrayHousehold], at, "h.", cut, "households whose grids differ",
		func(where, end string) string { return fmt.Sprintf(straysSQL, where, end) })
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
order by c.river, c.from_m, c.segment_id`

// Stretches reads the stretches of river of a village or the town.
func (f Facts) Stretches(ctx context.Context, v visitor.Visitor, at Unit) ([]Stretch, error) {
	return entered[Stretch](ctx, f.at(at), v, "the stretches of river", stretchesSQL)
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
	return placed(ctx, f, v, entered[OpenShortcoming], at, "b.", cut, "open shortcomings",
		func(where, end string) string { return fmt.Sprintf(shortcomingsSQL, where, end) }, f.AsOf(month).Format(time.DateOnly))
}

// RoundTables are the evening round-tables of one village and what they brought.
type RoundTables struct {
	VillageID                string
	Held, Attended, Counted  float64 // round-tables; people at those of which it is said; how many these are. NaN: none on record
	LastOn                   string  `is:"day"`
	Issues, Resolved, Untold float64 // issues that say they were raised at one; of those resolved; of those not known to be. NaN: no issue says either way
}

const roundTablesSQL = `
select coalesce(s.village_id, i.village_id) as village_id, s.held, s.attended, coalesce(s.counted, 0) as counted, s.last_on, i.issues, i.resolved, i.untold
from (
    select village_id, count(*) as held, sum(attended) as attended, count(attended) as counted, max(held_on) as last_on
    from round_tables
    where held_on <= cast(? as date)
    group by village_id
) s
full join (
    select f.village_id, count(*) filter (where x.at_round_table) as issues,
        count(*) filter (where x.at_round_table and f.state in ('resolved', 'fed_back')) as resolved,
        count(*) filter (where x.at_round_table and f.state = 'unknown') as untold
    from %s f
    join issues x on x.issue_id = f.issue_id
    where x.at_round_table is not null
    group by f.village_id
) i on i.village_id = s.village_id
where s.village_id is not null or i.issues > 0
order by 1`

// RoundTables reads the round-tables held up to the last day of a month and what became of what they brought, by village.
func (f Facts) RoundTables(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]RoundTables, error) {
	if at.VillageID != "" { // a branch shows those of its village
		at = Unit{Level: LevelVillage, ID: at.VillageID}
	}
	return entered[RoundTables](ctx, f.at(at), v, "round-tables", fmt.Sprintf(roundTablesSQL, f.issuesThen(month)), f.AsOf(month).Format(time.DateOnly))
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
    where cast(t.claimed_on as date) <= d.on_day
)

select t.in_village as of_village, t.branch_id as of_branch, %s, count(distinct t.branch_id) as branches, count(*) as claimed, count(*) filter (where t.finished) as done,
    count(*) filter (where not t.finished) as open, count(*) filter (where not t.finished and t.late) as overdue,
    min(case when not t.finished then substr(cast(t.due_on as varchar), 1, 10) end) as nearest
from standing t
%s
group by 1, 2, 3, 4, 5`

func (f Facts) zones(ctx context.Context, v visitor.Visitor, at Unit, month, what, sql string) ([]Zone, error) {
	all, err := addedUp(ctx, f, v, at, what, sql, func(z Zone) [3]string { return [3]string{z.VillageID, z.Zone, z.Programme} }, func(sum *Zone, z Zone) {
		sum.Branches, sum.Claimed, sum.Done = sum.Branches+z.Branches, sum.Claimed+z.Claimed, sum.Done+z.Done
		sum.Open, sum.Overdue = sum.Open+z.Open, sum.Overdue+z.Overdue
		if sum.Nearest == "" || z.Nearest != "" && z.Nearest < sum.Nearest {
			sum.Nearest = z.Nearest
		}
	}, f.AsOf(month).Format(time.DateOnly))
	slices.SortFunc(all, func(a, b Zone) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(b.Claimed, a.Claimed),
			absentLast(a.VillageID, b.VillageID), absentLast(a.Zone, b.Zone), absentLast(a.Programme, b.Programme))
	})
	return all, err
}

// Programmes reads the tasks of a place claimed up to the last day of a month by the work they belong to, those with most overdue first.
func (f Facts) Programmes(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Zone, error) {
	return f.zones(ctx, v, at, month, "tasks by programme", fmt.Sprintf(zonesSQL, "'' as village_id, '' as zone, coalesce(t.programme, 'other') as programme", ""))
}

// Zones reads the tasks that name a zone by village and zone.
func (f Facts) Zones(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Zone, error) {
	all, err := f.zones(ctx, v, at, month, "tasks by zone", fmt.Sprintf(zonesSQL, "t.in_village as village_id, t.zone as zone, '' as programme", "where t.zone is not null"))
	if err != nil && absent(err) {
		return nil, nil
	}
	return all, err
}

// CadreHolding is who holds open issues now: a cadre, or nobody that the register names.
type CadreHolding struct {
	HolderID      string `is:"cadre"`
	VillageID     string
	BranchID      string // of the holdings of a branch
	Open, Overdue float64
	Supervised    float64 // of those overdue, with an official who supervises them
	Since         string  `is:"day"` // when the longest held was routed; empty: it has changed hands, or no day of it is known
	Passed        float64 // of those open, passed on by the cadre who was given them first: since when is not known
	Total         float64
}

const cadreHoldingsSQL = `
select case when f.routed_at is null then '' else coalesce(x.responsible_cadre_id, '') end as holder_id, f.village_id, %s as branch_id, count(*) as open,
    count(*) filter (where f.state = 'overdue') as overdue, count(*) filter (where f.state = 'overdue' and x.supervisor_id is not null) as supervised,
    min(case when x.handler_cadre_id = x.responsible_cadre_id then cast(f.routed_at as date) end) as since,
    count(*) filter (where x.handler_cadre_id <> x.responsible_cadre_id) as passed, 0 as total
from %s f
join issues x on x.issue_id = f.issue_id
where f.state in ('open', 'overdue') and f.routed_at is not null and exists (select 1 from issues where responsible_cadre_id is not null)
group by 1, 2, 3
order by overdue desc, open desc, 2, 1`

// CadreHoldings reads who holds the open issues of a place that were routed by the last day of a month, those with most overdue first; nothing
// where no file says who holds them.
func (f Facts) CadreHoldings(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]CadreHolding, error) {
	branch := "null"
	if at.Level == LevelBranch {
		branch = "f.branch_id"
	}
	all, err := entered[CadreHolding](ctx, f.at(at), v, "who holds open issues", fmt.Sprintf(cadreHoldingsSQL, branch, f.issuesThen(month)))
	all = slices.Clone(all) // list may share its rows
	total := 0.0
	for _, h := range all {
		total += h.Open
	}
	for i := range all {
		all[i].Total = total
	}
	return all, err
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
from %s f
join issues x on x.issue_id = f.issue_id
where f.state = 'overdue' and (x.responsible_cadre_id is not null or x.supervisor_id is not null)`

// HeldNow reads of the issues that Late lists who holds and supervises them, by the issue's ID; empty where no file says it.
func (f Facts) HeldNow(ctx context.Context, v visitor.Visitor, at Unit, month string) (map[string]HeldIssue, error) {
	rows, err := entered[HeldIssue](ctx, f.at(at), v, "who holds the issues past their deadline", fmt.Sprintf(heldNowSQL, f.issuesThen(month)))
	held := make(map[string]HeldIssue, len(rows))
	for _, h := range rows {
		held[h.IssueID] = h
	}
	return held, err
}
