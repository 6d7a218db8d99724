-- Branches by what the two newest yearly ratings, or as many as the programme asks for, say of last place. Half-yearly ratings
-- never stand in: a branch is last of a year only by a rating of that year that ranks every branch of the village, and
-- only where no other shares the place. A year without such a rating is no year in which it was not last, but one of which
-- nothing is known.
-- grain: month, branch_id
-- sources: intermediate.int_rating_places, staging.stg_months, staging.stg_parameters
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   is_last: 1 if last in the newest year that had ended
--   bottom_twice: 1 if last as many years running as the programme asks for; null where that is not known
with yearly as (
    select *
    from intermediate.int_rating_places
    where year is not null and complete
),

runs as (
    select
        y.branch_id,
        y.village_id,
        y.town,
        y.year,
        y.is_last,
        max(p.last_place_years) as wanted,
        count(b.branch_id) as years,
        count(b.branch_id) filter (where b.is_last) as last_years
    from yearly y
    cross join staging.stg_parameters p
    left join yearly b on b.branch_id = y.branch_id and b.year <= y.year and b.year > y.year - p.last_place_years
    group by y.branch_id, y.village_id, y.town, y.year, y.is_last
),

told as (
    select
        branch_id,
        village_id,
        town,
        year,
        is_last,
        case
            when last_years >= wanted then 1
            when last_years < years then 0
        end as bottom_twice
    from runs
)

select
    cast(m.month as varchar) as month,
    cast(y.town as varchar) as town,
    cast(y.village_id as varchar) as village_id,
    cast(y.branch_id as varchar) as branch_id,
    cast(case when y.is_last then 1 else 0 end as integer) as is_last,
    cast(y.bottom_twice as integer) as bottom_twice
from staging.stg_months m
join told y
    on y.year
    = extract(year from m.as_of) - case when extract(month from m.as_of) = 12 and m.as_of = m.month_end then 0 else 1 end
