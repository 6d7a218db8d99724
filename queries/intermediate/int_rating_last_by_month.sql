-- Branches last of their village so many years running, town, village and branch by month. Of a village of which one branch's
-- answer is not known, the number is not; a town's is that of the villages of which it is.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_rating_bottom_by_month
-- columns:
--   measure: bottom_twice
--   level: town, village or branch
--   unit_id: the unit
--   month: month
--   numerator: branches last so often, as far as it is known
--   denominator: branches whose last places are known
--   value: the branches; null where it is not known
with villages as (
    select
        month,
        town,
        village_id,
        sum(bottom_twice) as last_branches,
        count(bottom_twice) as known,
        count(*) as branches
    from intermediate.int_rating_bottom_by_month
    group by month, town, village_id
),

counted (level, unit_id, month, last_branches, known, answered) as (
    select 'branch', branch_id, month, bottom_twice, case when bottom_twice is null then 0 else 1 end, bottom_twice is not null
    from intermediate.int_rating_bottom_by_month
    union all
    select 'village', village_id, month, last_branches, known, known = branches
    from villages
    union all
    select
        'town',
        town,
        month,
        sum(case when known = branches then last_branches end),
        sum(case when known = branches then known else 0 end),
        count(*) filter (where known = branches) > 0
    from villages
    group by town, month
)

select
    cast('bottom_twice' as varchar) as measure,
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(coalesce(last_branches, 0) as double) as numerator,
    cast(known as double) as denominator,
    cast(case when answered then last_branches end as double) as value
from counted
