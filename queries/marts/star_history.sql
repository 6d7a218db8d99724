-- One star rating of a grid branch, beside what the records of the same period measure, and whether the two contradict each
-- other: the stars are among the highest and the result lies clearly below the town's middle branch, or the other way round.
-- grain: branch_id, period
-- sources: staging.stg_ratings, intermediate.int_rating_results, intermediate.int_rating_places, staging.stg_parameters
-- columns:
--   branch_id: grid branch
--   village_id: village
--   period: rating period
--   stars: stars
--   rank: place within the village
--   branches_ranked: branches of the village rated for the period
--   funding: yuan
--   operation: standard operation
--   effect: effect
--   cooperation: cooperation with above
--   grid_cadre_score: the grid cadres' view
--   villager_score: the villager representatives' view
--   published_on: the day it was published on the board; null: not published, or not told
--   measured_result: mean share of issues on time, households visited and months with a meeting; between 0 and 1
--   measured_low: lower 95 % limit of it
--   measured_high: upper 95 % limit of it
--   measured_rank: place within the village by that result
--   middle_result: the result of the town's middle branch in the period
--   contradiction: high_stars (one of the two highest tiers, its upper limit below the middle), low_stars (the lower half of the tiers, its lower limit above the middle), last_place (last of the village, its lower limit above the middle); null where there is none
--   complete: every branch of the village was rated
--   is_last: last of the village, with no other on the same place and every branch rated
with ordered as (
    select
        town,
        period,
        measured_result,
        row_number() over (partition by town, period order by measured_result) as place,
        count(*) over (partition by town, period) as branches
    from intermediate.int_rating_results
    where measured_result is not null
),

-- The middle value, or the mean of the two in the middle.
middles as (
    select town, period, avg(measured_result) filter (where place * 2 >= branches and place * 2 <= branches + 2) as middle_result
    from ordered
    group by town, period
),

judged as (
    select
        m.*,
        d.middle_result,
        l.complete,
        l.is_last,
        case
            when m.stars >= p.many_stars and m.measured_high < d.middle_result then 'high_stars'
            when l.is_last and m.measured_low > d.middle_result then 'last_place'
            when m.stars <= p.few_stars and m.measured_low > d.middle_result then 'low_stars'
        end as contradiction
    from intermediate.int_rating_results m
    cross join staging.stg_parameters p
    left join middles d on d.town = m.town and d.period = m.period
    left join intermediate.int_rating_places l on l.branch_id = m.branch_id and l.period = m.period
)

select
    cast(r.branch_id as varchar) as branch_id,
    cast(r.village_id as varchar) as village_id,
    cast(r.period as varchar) as period,
    cast(r.stars as bigint) as stars,
    cast(r.rank as bigint) as rank,
    cast(r.branches_ranked as bigint) as branches_ranked,
    cast(r.funding as double) as funding,
    cast(r.operation as double) as operation,
    cast(r.effect as double) as effect,
    cast(r.cooperation as double) as cooperation,
    cast(r.grid_cadre_score as double) as grid_cadre_score,
    cast(r.villager_score as double) as villager_score,
    cast(r.published_on as date) as published_on,
    cast(m.measured_result as double) as measured_result,
    cast(m.measured_low as double) as measured_low,
    cast(m.measured_high as double) as measured_high,
    cast(m.measured_rank as bigint) as measured_rank,
    cast(m.middle_result as double) as middle_result,
    cast(m.contradiction as varchar) as contradiction,
    cast(m.complete as boolean) as complete,
    cast(m.is_last as boolean) as is_last
from staging.stg_ratings r
join judged m on m.branch_id = r.branch_id and m.period = r.period
