-- Spread of the branches' stars, and their agreement with what the records measure, town and village by month.
-- Agreement is Spearman's rank correlation: Pearson's of the ranks, ties sharing the mean of their places.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_rating_months
-- columns:
--   measure: rating_spread or rating_agreement
--   level: town or village
--   unit_id: the unit
--   month: month
--   numerator: sum of squared deviations from the mean; for the agreement the branches compared
--   denominator: branches less one; for the agreement the branches compared
--   value: standard deviation in stars; correlation between -1 and 1
with placed as (
    select 'town' as level, town as unit_id, month, stars, measured_result
    from intermediate.int_rating_months
    union all
    select 'village', village_id, month, stars, measured_result
    from intermediate.int_rating_months
),

spread as (
    select level, unit_id, month, var_pop(cast(stars as double)) * count(*) as squares, count(*) - 1 as freedom
    from placed
    group by level, unit_id, month
),

ranks as (
    select
        level,
        unit_id,
        month,
        cast(rank() over (partition by level, unit_id, month order by stars) as double)
        + (cast(count(*) over (partition by level, unit_id, month, stars) as double) - 1e0) / 2e0 as stars_place,
        cast(rank() over (partition by level, unit_id, month order by measured_result) as double)
        + (cast(count(*) over (partition by level, unit_id, month, measured_result) as double) - 1e0) / 2e0 as measured_place
    from placed
    where measured_result is not null
),

agreement as (
    select
        level,
        unit_id,
        month,
        count(*) as branches,
        count(distinct stars_place) as stars_places,
        count(distinct measured_place) as measured_places,
        sum((stars_place - mean_place) * (measured_place - mean_place)) as products,
        sum((stars_place - mean_place) * (stars_place - mean_place)) as stars_squares,
        sum((measured_place - mean_place) * (measured_place - mean_place)) as measured_squares
    from (
        select *, (cast(count(*) over (partition by level, unit_id, month) as double) + 1e0) / 2e0 as mean_place
        from ranks
    ) centred
    group by level, unit_id, month
)

select
    cast('rating_spread' as varchar) as measure,
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(round(squares, 9) as double) as numerator,
    cast(freedom as double) as denominator,
    cast(case when freedom > 0 then round(sqrt(squares / cast(freedom as double)), 9) end as double) as value
from spread
union all
select
    'rating_agreement',
    level,
    unit_id,
    month,
    cast(branches as double),
    cast(branches as double),
    case
        when branches > 2 and stars_places > 1 and measured_places > 1
            then round(products / cast(sqrt(stars_squares * measured_squares) as double), 9)
    end
from agreement
