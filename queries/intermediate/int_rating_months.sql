-- The rating a branch goes by in a month: the newest period of its town that had ended; of two periods that end
-- together the shorter one.
-- grain: month, branch_id
-- sources: intermediate.int_rating_results, staging.stg_ratings, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   period: rating period
--   rated: 1
--   stars: stars
--   telling_publication: 1 where of the period the day of publication is told of any branch of the town, else 0
--   published: 1 where that of this branch was published by the month's end, else 0
--   measured_result: what the records of the same period measure
with periods as (
    select distinct town, period, period_start, period_end
    from intermediate.int_rating_results
),

in_force as (
    select
        m.month,
        m.as_of,
        p.town,
        p.period,
        row_number() over (partition by m.month, p.town order by p.period_end desc, p.period_start desc) as place
    from staging.stg_months m
    join periods p on p.period_end <= m.as_of
),

-- A period of which nobody tells when it was published says nothing about a branch.
publications as (
    select branch_id, period, published_on, count(published_on) over (partition by town, period) > 0 as is_told
    from staging.stg_ratings
)

select
    cast(f.month as varchar) as month,
    cast(r.town as varchar) as town,
    cast(r.village_id as varchar) as village_id,
    cast(r.branch_id as varchar) as branch_id,
    cast(r.period as varchar) as period,
    cast(1 as integer) as rated,
    cast(r.stars as bigint) as stars,
    cast(case when b.is_told then 1 else 0 end as integer) as telling_publication,
    cast(case when b.published_on <= f.as_of then 1 else 0 end as integer) as published,
    cast(r.measured_result as double) as measured_result
from in_force f
join intermediate.int_rating_results r on r.town = f.town and r.period = f.period
left join publications b on b.branch_id = r.branch_id and b.period = r.period
where f.place = 1
