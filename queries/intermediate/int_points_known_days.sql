-- Days of a half-year, up to the end of each month, of which it is known who gained points: days of months for which the unit's
-- village did not report are not days without points.
-- grain: level, unit_id, month
-- sources: intermediate.int_spoken_months, intermediate.int_branch_places, staging.stg_months
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   month: last month counted
--   half_start: first day of the half-year
--   days: days known, of a town in any of its villages
with village_months as (
    select town, village_id, month, reason is null as is_known
    from intermediate.int_spoken_months
    where export = 'points'
),

unit_months as (
    select 'town' as level, town as unit_id, month, bool_or(is_known) as is_known
    from village_months
    group by town, month
    union all
    select 'village', village_id, month, is_known
    from village_months
    union all
    select 'branch', p.branch_id, p.month, coalesce(v.is_known, true)
    from intermediate.int_branch_places p
    left join village_months v on v.village_id = p.village_id and v.month = p.month
),

halves as (
    select
        *,
        cast(
            date_trunc('year', month_start) + case when extract(month from month_start) > 6 then 6 else 0 end * interval '1' month as date
        ) as half_start
    from staging.stg_months
)

select
    cast(u.level as varchar) as level,
    cast(u.unit_id as varchar) as unit_id,
    cast(u.month as varchar) as month,
    cast(m.half_start as date) as half_start,
    cast(
        sum(case when u.is_known then date_diff('day', m.month_start, m.as_of) + 1 else 0 end) over (
            partition by u.level, u.unit_id, m.half_start order by u.month rows between unbounded preceding and current row
        ) as bigint
    ) as days
from unit_months u
join halves m on m.month = u.month
