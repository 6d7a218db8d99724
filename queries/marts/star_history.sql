-- One star rating of a grid branch, beside what the records of the same period measure.
-- grain: branch_id, period
-- sources: staging.stg_ratings, intermediate.int_rating_results
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
--   measured_result: mean share of issues on time, households visited and months with a meeting; between 0 and 1
--   measured_rank: place within the village by that result
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
    cast(m.measured_result as double) as measured_result,
    cast(m.measured_rank as bigint) as measured_rank
from staging.stg_ratings r
join intermediate.int_rating_results m on m.branch_id = r.branch_id and m.period = r.period
