-- Households on the last day of a month, by place and linked member, and whether they were visited.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_household_months, staging.stg_visits, staging.stg_first_visit, intermediate.int_doubtful_visits, staging.stg_parameters
-- months: intermediate.int_household_months
-- history: staging.stg_visits.visited_on within unvisited_days, intermediate.int_doubtful_visits within unvisited_days
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   member_id: linked member; null where none is linked yet
--   households: households
--   with_grid: of those, listed in a governance grid, as is their branch
--   in_own_grid: of those, in the grid of their branch
--   linked: of those, with a linked member
--   with_basis: of those linked, with a basis on record
--   near: of those, linked because the member lives near
--   kin: of those, because they are kin
--   convenient: of those, because it is convenient
--   with_origin: of those linked, of which it is on record how the link was made
--   appointed: of those, appointed by the branch
--   with_card: of those, with a contact card issued
--   in_group: of those, in the WeChat group
--   visited: of those, visited in the month
--   visited_once: of those, visited once in the month
--   visited_twice: of those visited, twice
--   visited_often: of those visited, three times or more
--   undoubted: of those visited, at least once beyond doubt
--   vulnerable: of the households, vulnerable
--   vulnerable_visited: of the vulnerable, visited in the month
--   vulnerable_undoubted: of those, visited at least once beyond doubt
--   watched: of the households, those the record of visits is long enough for: longer than the programme's limit
--   unvisited: of those watched, without a visit for longer than the limit
--   unvisited_undoubted: of those watched, without a visit beyond doubt for longer than the limit
with doubtful as (
    select distinct visit_id
    from intermediate.int_doubtful_visits
),

visits as (
    select
        v.household_id,
        cast(date_trunc('month', v.visited_on) as date) as month_start,
        max(v.visited_on) as last_visited_on,
        max(case when d.visit_id is null then v.visited_on end) as last_undoubted_on,
        count(*) > count(d.visit_id) as undoubted,
        count(*) as visits
    from staging.stg_visits v
    left join doubtful d on d.visit_id = v.visit_id
    group by v.household_id, cast(date_trunc('month', v.visited_on) as date)
),

-- The months in which a visit was the last one of its household, whether or not a registry listed the household then. A last visit
-- longer ago than the limit counts as none, so that visits before that need not be read.
spells as (
    select
        household_id,
        month_start,
        last_visited_on,
        undoubted,
        visits,
        max(last_undoubted_on) over by_month as last_undoubted_on,
        coalesce(lead(month_start) over by_month, date '9999-12-31') as next_month
    from visits
    window by_month as (partition by household_id order by month_start)
),

watched as (
    select
        h.month,
        h.town,
        h.village_id,
        h.branch_id,
        h.member_id,
        h.own_grid,
        h.governance_grid_id,
        h.link_basis,
        h.link_origin,
        h.with_card,
        h.in_group,
        h.vulnerable,
        coalesce(v.month_start = h.month_start, false) as visited,
        v.undoubted,
        v.visits,
        date_diff('day', r.first_on, h.as_of) >= p.unvisited_days as watched,
        coalesce(date_diff('day', v.last_visited_on, h.as_of) > p.unvisited_days, true) as unvisited,
        coalesce(date_diff('day', v.last_undoubted_on, h.as_of) > p.unvisited_days, true) as unvisited_undoubted
    from intermediate.int_household_months h
    cross join staging.stg_first_visit r
    cross join staging.stg_parameters p
    left join spells v
        on v.household_id = h.household_id and v.month_start <= h.month_start and h.month_start < v.next_month
)

select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(count(*) as bigint) as households,
    cast(count(*) filter (where own_grid is not null and governance_grid_id is not null) as bigint) as with_grid,
    cast(count(*) filter (where own_grid = governance_grid_id) as bigint) as in_own_grid,
    cast(count(member_id) as bigint) as linked,
    cast(count(member_id) filter (where link_basis is not null) as bigint) as with_basis,
    cast(count(member_id) filter (where link_basis = 'near') as bigint) as near,
    cast(count(member_id) filter (where link_basis = 'kin') as bigint) as kin,
    cast(count(member_id) filter (where link_basis = 'convenient') as bigint) as convenient,
    cast(count(member_id) filter (where link_origin is not null) as bigint) as with_origin,
    cast(count(member_id) filter (where link_origin = 'appointed') as bigint) as appointed,
    cast(count(*) filter (where with_card) as bigint) as with_card,
    cast(count(*) filter (where in_group) as bigint) as in_group,
    cast(count(*) filter (where visited) as bigint) as visited,
    cast(count(*) filter (where visited and visits = 1) as bigint) as visited_once,
    cast(count(*) filter (where visited and visits = 2) as bigint) as visited_twice,
    cast(count(*) filter (where visited and visits > 2) as bigint) as visited_often,
    cast(count(*) filter (where visited and undoubted) as bigint) as undoubted,
    cast(count(*) filter (where vulnerable) as bigint) as vulnerable,
    cast(count(*) filter (where vulnerable and visited) as bigint) as vulnerable_visited,
    cast(count(*) filter (where vulnerable and visited and undoubted) as bigint) as vulnerable_undoubted,
    cast(count(*) filter (where watched) as bigint) as watched,
    cast(count(*) filter (where watched and unvisited) as bigint) as unvisited,
    cast(count(*) filter (where watched and unvisited_undoubted) as bigint) as unvisited_undoubted
from watched
group by month, town, village_id, branch_id, member_id
