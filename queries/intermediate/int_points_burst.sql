-- How much of a half-year's points fell into the one run of days (programme: burst_days) that holds most of them,
-- against the even share of such a run; the half-year up to the end of each month.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_points_windows, staging.stg_months, staging.stg_parameters
-- columns:
--   measure: points_burst
--   level: town, village or branch
--   unit_id: the unit
--   month: last month counted
--   numerator: points of the run
--   denominator: points of the half-year so far
--   value: their share over the even share; 1 is even
with record_begins as (
    select min(month_start) as first_on
    from staging.stg_months
),

so_far as (
    select
        w.level,
        w.unit_id,
        m.month,
        max(w.window_points) as largest,
        sum(w.gained) as gained,
        date_diff('day', later_of(max(w.half_start), max(r.first_on)), max(m.as_of)) + 1 as days,
        max(p.burst_days) as burst_days
    from intermediate.int_points_windows w
    cross join staging.stg_parameters p
    cross join record_begins r
    join staging.stg_months m
        on m.month_start >= w.half_start and m.month_start < w.half_start + interval '6' month and w.awarded_on <= m.as_of
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
            when gained > 0
                then cast(largest as double) / cast(gained as double)
                / earlier_of(1e0, cast(burst_days as double) / cast(days as double))
        end as double
    ) as value
from so_far
