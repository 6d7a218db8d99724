-- How much of a half-year's points fell into the one run of days (programme: burst_days) that holds most of them,
-- against the even share of such a run; the half-year up to the end of each month, without months that are not known.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_points_windows, intermediate.int_points_known_days, staging.stg_months, staging.stg_parameters
-- columns:
--   measure: points_burst
--   level: town, village or branch
--   unit_id: the unit
--   month: last month counted
--   numerator: points of the run
--   denominator: points of the half-year so far
--   value: their share over the even share; 1 is even
with so_far as (
    select
        w.level,
        w.unit_id,
        m.month,
        max(w.window_points) as largest,
        sum(w.gained) as gained,
        max(k.days) as days,
        max(p.burst_days) as burst_days
    from intermediate.int_points_windows w
    cross join staging.stg_parameters p
    join staging.stg_months m
        on m.month_start >= w.half_start and m.month_start < w.half_start + interval '6' month and w.awarded_on <= m.as_of
    join intermediate.int_points_known_days k on k.level = w.level and k.unit_id = w.unit_id and k.month = m.month
    group by w.level, w.unit_id, m.month
)

select
    cast('points_burst' as varchar) as measure,
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(largest as double) as numerator,
    cast(gained as double) as denominator,
    cast(
        case
            when gained > 0 and days > 0
                then cast(largest as double) / cast(gained as double)
                / earlier_of(1e0, cast(burst_days as double) / cast(days as double))
        end as double
    ) as value
from so_far
