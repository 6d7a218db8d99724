-- The assessment a village's members go by in a month: the newest period of the town that had ended; of two that end together the shorter
-- one. A period of which nobody of the town tells how a warned member was dealt with tells it of none.
-- grain: month, town, village_id
-- sources: intermediate.int_assessments, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   assessed: members assessed
--   pioneers: of those, pioneers
--   warned: of those, warned or unqualified
--   telling_dealing: of those warned, in a period that tells how members were dealt with
--   dealt_with: of those, dealt with
with periods as (
    select town, period, period_start, period_end, bool_or(is_dealt_with) as is_told
    from intermediate.int_assessments
    group by town, period, period_start, period_end
),

in_force as (
    select
        m.month,
        p.town,
        p.period,
        p.is_told,
        row_number() over (partition by m.month, p.town order by p.period_end desc, p.period_start desc) as place
    from staging.stg_months m
    join periods p on p.period_end <= m.as_of
),

counted as (
    select
        town,
        village_id,
        period,
        count(*) as assessed,
        count(*) filter (where result = 'pioneer') as pioneers,
        count(*) filter (where is_warned) as warned,
        count(*) filter (where is_dealt_with) as dealt_with
    from intermediate.int_assessments
    group by town, village_id, period
)

select
    cast(f.month as varchar) as month,
    cast(c.town as varchar) as town,
    cast(c.village_id as varchar) as village_id,
    cast(c.assessed as bigint) as assessed,
    cast(c.pioneers as bigint) as pioneers,
    cast(c.warned as bigint) as warned,
    cast(case when f.is_told then c.warned else 0 end as bigint) as telling_dealing,
    cast(c.dealt_with as bigint) as dealt_with
from in_force f
join counted c on c.town = f.town and c.period = f.period
where f.place = 1
