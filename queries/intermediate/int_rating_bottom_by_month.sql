-- Branches that were last of their village in the two newest yearly ratings. Where a year has no yearly rating, the
-- mean of its ranks stands in; a year in which all branches of a village stand equal has no last.
-- grain: month, branch_id
-- sources: staging.stg_ratings, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   rated: 1
--   bottom_twice: 1 if last in the newest year that had ended and in the one before
with rated as (
    select
        *,
        extract(year from period_end) as year,
        row_number() over (
            partition by branch_id, extract(year from period_end) order by period_end desc, period_start desc
        ) as newest
    from staging.stg_ratings
),

-- A branch that moved within the year stands where it was rated last.
places as (
    select
        branch_id,
        max(case when newest = 1 then village_id end) as village_id,
        max(case when newest = 1 then town end) as town,
        year,
        coalesce(
            max(cast(rank as double)) filter (where length(period) = 4),
            avg(cast(rank as double))
        ) as place
    from rated
    group by branch_id, year
),

last_places as (
    select
        *,
        place = max(place) over (partition by village_id, year)
        and place > min(place) over (partition by village_id, year) as last
    from places
),

pairs as (
    select
        y.branch_id,
        y.village_id,
        y.town,
        y.year,
        case when y.last and coalesce(b.last, false) then 1 else 0 end as bottom_twice
    from last_places y
    left join last_places b on b.branch_id = y.branch_id and b.year = y.year - 1
)

select
    cast(m.month as varchar) as month,
    cast(y.town as varchar) as town,
    cast(y.village_id as varchar) as village_id,
    cast(y.branch_id as varchar) as branch_id,
    cast(1 as integer) as rated,
    cast(y.bottom_twice as integer) as bottom_twice
from staging.stg_months m
join pairs y
    on y.year
    = extract(year from m.as_of) - case when extract(month from m.as_of) = 12 and m.as_of = m.month_end then 0 else 1 end
