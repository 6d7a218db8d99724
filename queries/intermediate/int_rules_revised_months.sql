-- Villages of which it is on record when they last revised their rules, by month. A village that says no day is unknown, and not unrevised; so is
-- each where nobody says when the programme began.
-- grain: month, town, village_id
-- sources: staging.stg_rules, staging.stg_villages, staging.stg_months, staging.stg_towns
-- columns:
--   month: month
--   town: town
--   village_id: village
--   telling: 1
--   revised: 1 where it has revised them since the town's programme began, by the month's end
with villages as (
    select r.village_id, v.town, max(r.revised_on) as revised_on
    from staging.stg_rules r
    join staging.stg_villages v on v.village_id = r.village_id
    where r.revised_on is not null
    group by r.village_id, v.town
)

select
    cast(m.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(v.village_id as varchar) as village_id,
    cast(1 as integer) as telling,
    cast(case when v.revised_on <= m.as_of and v.revised_on >= t.programme_start then 1 else 0 end as integer) as revised
from villages v
cross join staging.stg_months m
join staging.stg_towns t on t.town = v.town and t.programme_start is not null
