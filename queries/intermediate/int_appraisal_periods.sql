-- Households by place on the last day of a period they appraised their members for. A village none of whose households appraised for a period
-- says nothing about it: whether they were asked is not known.
-- grain: period, town, village_id, branch_id
-- sources: staging.stg_appraisals, staging.stg_periods, staging.stg_household_versions, staging.stg_villages
-- columns:
--   period: period
--   period_start: first day
--   period_end: last day
--   town: town
--   village_id: village
--   branch_id: grid branch
--   linked: households with a linked member
--   appraised: of those, that appraised a member
--   scores: appraisals by all its households
--   score_sum: their scores, added
with appraised as (
    select household_id, period, count(*) as scores, sum(score) as score_sum
    from staging.stg_appraisals
    group by household_id, period
),

periods as (
    select p.*
    from staging.stg_periods p
    where exists (select 1 from appraised a where a.period = p.period)
),

counted as (
    select
        p.period,
        p.period_start,
        p.period_end,
        v.town,
        h.village_id,
        h.branch_id,
        count(*) filter (where h.linked_member_id is not null and coalesce(h.linked_since <= p.period_end, true)) as linked,
        count(*) filter (
            where h.linked_member_id is not null and coalesce(h.linked_since <= p.period_end, true) and a.household_id is not null
        ) as appraised,
        coalesce(sum(a.scores), 0) as scores,
        coalesce(sum(a.score_sum), 0) as score_sum
    from periods p
    join staging.stg_household_versions h on h.valid_from <= p.period_end and p.period_end < h.valid_until
    join staging.stg_villages v on v.village_id = h.village_id
    left join appraised a on a.household_id = h.household_id and a.period = p.period
    group by p.period, p.period_start, p.period_end, v.town, h.village_id, h.branch_id
),

told as (
    select *, sum(scores) over (partition by period, village_id) > 0 as is_told
    from counted
)

select
    cast(period as varchar) as period,
    cast(period_start as date) as period_start,
    cast(period_end as date) as period_end,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(linked as bigint) as linked,
    cast(appraised as bigint) as appraised,
    cast(scores as bigint) as scores,
    cast(score_sum as double) as score_sum
from told
where is_told
