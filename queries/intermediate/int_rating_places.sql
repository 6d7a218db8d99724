-- One star rating of a branch with its place in the village: whether all branches of the village were rated, and whether
-- this one stands last alone.
-- grain: branch_id, period
-- sources: staging.stg_ratings, staging.stg_branch_versions, staging.stg_parameters
-- columns:
--   branch_id: grid branch
--   village_id: village
--   town: town
--   period: rating period
--   period_end: last day
--   year: year of a yearly rating; null for shorter periods
--   complete: no branch that was registered in the village then is missing, and there were enough to have a last one
--   is_last: complete, and last of the village with no other on the same place
with registered as (
    select r.village_id, r.period, count(distinct v.branch_id) as branches
    from (select distinct village_id, period, period_end from staging.stg_ratings) r
    join staging.stg_branch_versions v
        on v.village_id = r.village_id and v.valid_from <= r.period_end and r.period_end < v.valid_until
    group by r.village_id, r.period
),

lowest as (
    select village_id, period, max(rank) as place
    from staging.stg_ratings
    group by village_id, period
),

alone as (
    select l.village_id, l.period, l.place, count(*) as sharing
    from lowest l
    join staging.stg_ratings r on r.village_id = l.village_id and r.period = l.period and r.rank = l.place
    group by l.village_id, l.period, l.place
),

placed as (
    select
        r.*,
        r.branches_ranked >= p.last_place_branches and r.branches_ranked >= coalesce(g.branches, 0) as complete,
        r.rank = a.place and a.sharing = 1 as is_last
    from staging.stg_ratings r
    cross join staging.stg_parameters p
    left join registered g on g.village_id = r.village_id and g.period = r.period
    left join alone a on a.village_id = r.village_id and a.period = r.period
)

select
    cast(branch_id as varchar) as branch_id,
    cast(village_id as varchar) as village_id,
    cast(town as varchar) as town,
    cast(period as varchar) as period,
    cast(period_end as date) as period_end,
    cast(case when length(period) = 4 then extract(year from period_end) end as bigint) as year,
    cast(coalesce(complete, false) as boolean) as complete,
    cast(coalesce(complete and is_last, false) as boolean) as is_last
from placed
