-- Visits by month, place and visiting member.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_visits, intermediate.int_doubtful_visits
-- months: intermediate.int_visits, intermediate.int_doubtful_visits
-- columns:
--   month: month
--   town: town
--   village_id: village of the household
--   branch_id: grid branch of the household
--   member_id: visiting member
--   visits: visits
--   at_month_end: of those, on the last days of the month
--   doubtful: of those, with one doubt signal or more
with counted as (
    select
        month,
        town,
        village_id,
        branch_id,
        member_id,
        count(*) as visits,
        count(*) filter (where at_month_end) as at_month_end,
        0 as doubtful
    from intermediate.int_visits
    group by month, town, village_id, branch_id, member_id
    union all
    select month, town, village_id, branch_id, member_id, 0, 0, count(distinct visit_id)
    from intermediate.int_doubtful_visits
    group by month, town, village_id, branch_id, member_id
)

select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(sum(visits) as bigint) as visits,
    cast(sum(at_month_end) as bigint) as at_month_end,
    cast(sum(doubtful) as bigint) as doubtful
from counted
group by month, town, village_id, branch_id, member_id
