-- Points gained in the run of days (programme: burst_days) that ends on a day, within one half-year.
-- grain: level, unit_id, awarded_on
-- sources: intermediate.int_points_days, staging.stg_parameters
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   half_year: 2017H2
--   half_start: its first day
--   awarded_on: last day of the run
--   gained: points gained on the day
--   window_points: points gained in the run
with days as (
    select
        d.level,
        d.unit_id,
        d.awarded_on,
        d.gained,
        p.burst_days - 1 as days_before,
        date_diff('day', date '1970-01-01', d.awarded_on) as day_number,
        case when extract(month from d.awarded_on) <= 6 then '1' else '2' end as half,
        cast(date_trunc('year', d.awarded_on) as date) as year_start
    from intermediate.int_points_days d
    cross join staging.stg_parameters p
),

halves as (
    select
        *,
        substr(cast(year_start as varchar), 1, 4) || 'H' || half as half_year,
        case when half = '1' then year_start else cast(year_start + interval '6' month as date) end as half_start
    from days
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(half_year as varchar) as half_year,
    cast(half_start as date) as half_start,
    cast(awarded_on as date) as awarded_on,
    cast(gained as decimal(18, 4)) as gained,
    cast(
        sum(gained) over (
            partition by level, unit_id, half_year order by day_number range between days_before preceding and current row
        ) as decimal(18, 4)
    ) as window_points
from halves
