-- One grid branch in one half-year: the run of days that holds most of its points, against the even share of such a
-- run. A half-year still running counts to the cut-off, and none counts months that are not known.
-- grain: branch_id, half_year
-- sources: intermediate.int_points_windows, intermediate.int_points_known_days, staging.stg_branches, staging.stg_parameters
-- columns:
--   branch_id: grid branch
--   village_id: village
--   half_year: 2017H2
--   points: points gained in the half-year
--   largest_30day_points: points of the fullest run of days (programme: burst_days, 30)
--   largest_from: first day of that run
--   share: its share of the half-year's points
--   even_share: the share such a run would have if points came evenly
--   index: share over even share
with known as (
    select unit_id, half_start, max(days) as days
    from intermediate.int_points_known_days
    where level = 'branch'
    group by unit_id, half_start
),

placed as (
    select
        w.*,
        sum(gained) over (partition by unit_id, half_year) as points,
        row_number() over (partition by unit_id, half_year order by window_points desc, awarded_on) as place
    from intermediate.int_points_windows w
    where level = 'branch'
),

largest as (
    select
        l.unit_id,
        l.half_year,
        l.points,
        l.window_points,
        later_of(cast(l.awarded_on - (p.burst_days - 1) * interval '1' day as date), l.half_start) as largest_from,
        p.burst_days,
        k.days
    from placed l
    cross join staging.stg_parameters p
    join known k on k.unit_id = l.unit_id and k.half_start = l.half_start
    where l.place = 1 and l.points > 0 and k.days > 0
),

shares as (
    select
        *,
        cast(window_points as double) / cast(points as double) as share,
        earlier_of(1e0, cast(burst_days as double) / cast(days as double)) as even_share
    from largest
)

select
    cast(s.unit_id as varchar) as branch_id,
    cast(b.village_id as varchar) as village_id,
    cast(s.half_year as varchar) as half_year,
    cast(s.points as double) as points,
    cast(s.window_points as double) as largest_30day_points,
    cast(s.largest_from as date) as largest_from,
    cast(s.share as double) as share,
    cast(s.even_share as double) as even_share,
    cast(s.share / s.even_share as double) as index
from shares s
left join staging.stg_branches b on b.branch_id = s.unit_id
