-- One household as it stood on the last day of a month (at the cut-off in the last), and its visits.
-- grain: month, household_id
-- sources: staging.stg_household_versions, staging.stg_villages, staging.stg_months, staging.stg_visits, staging.stg_parameters
-- months: staging.stg_months
-- history: staging.stg_visits.visited_on
-- columns:
--   month: month
--   household_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch
--   member_id: linked member; null where none is linked yet
--   residents: people registered
--   migrants: people from elsewhere
--   households: 1
--   linked: 1 with a linked member
--   with_card: 1 with a contact card issued
--   in_group: 1 in the WeChat group
--   visited: 1 visited in the month
--   vulnerable: 1 if vulnerable
--   vulnerable_visited: 1 if vulnerable and visited in the month
--   last_visited_on: last visit up to the month's end
--   watched: 1 once the record of visits is longer than the programme's limit: before that nobody can be called unvisited
--   unvisited: 1 of those watched, without a visit for longer than the limit
with visits as (
    select household_id, cast(date_trunc('month', visited_on) as date) as month_start, max(visited_on) as last_visited_on
    from staging.stg_visits
    group by household_id, cast(date_trunc('month', visited_on) as date)
),

record_begins as (
    select min(visited_on) as first_on
    from staging.stg_visits
),

-- The months in which a visit was the last one of its household, whether or not a registry listed the household then.
spells as (
    select
        *,
        coalesce(lead(month_start) over (partition by household_id order by month_start), date '9999-12-31') as next_month
    from visits
),

stood as (
    select
        m.month,
        m.month_start,
        m.as_of,
        h.household_id,
        h.village_id,
        h.branch_id,
        h.residents,
        h.migrants,
        h.vulnerable,
        case when h.linked_since > m.as_of then null else h.linked_member_id end as member_id,
        h.card_issued_on <= m.as_of as with_card,
        h.in_group
    from staging.stg_household_versions h
    join staging.stg_months m on h.valid_from <= m.as_of and m.as_of < h.valid_until
),

watched as (
    select
        s.*,
        t.town,
        coalesce(v.month_start = s.month_start, false) as visited,
        v.last_visited_on,
        date_diff('day', r.first_on, s.as_of) >= p.unvisited_days as watched,
        coalesce(date_diff('day', v.last_visited_on, s.as_of) > p.unvisited_days, true) as unvisited
    from stood s
    join staging.stg_villages t on t.village_id = s.village_id
    cross join record_begins r
    cross join staging.stg_parameters p
    left join spells v
        on v.household_id = s.household_id and v.month_start <= s.month_start and s.month_start < v.next_month
)

select
    cast(month as varchar) as month,
    cast(household_id as varchar) as household_id,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(residents as bigint) as residents,
    cast(migrants as bigint) as migrants,
    cast(1 as integer) as households,
    cast(case when member_id is not null then 1 else 0 end as integer) as linked,
    cast(case when with_card then 1 else 0 end as integer) as with_card,
    cast(case when in_group then 1 else 0 end as integer) as in_group,
    cast(case when visited then 1 else 0 end as integer) as visited,
    cast(case when vulnerable then 1 else 0 end as integer) as vulnerable,
    cast(case when vulnerable and visited then 1 else 0 end as integer) as vulnerable_visited,
    cast(last_visited_on as date) as last_visited_on,
    cast(case when watched then 1 else 0 end as integer) as watched,
    cast(case when watched and unvisited then 1 else 0 end as integer) as unvisited
from watched
