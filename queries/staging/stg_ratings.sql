-- One star rating of a grid branch, with the days its period spans, in the village the branch lay in on the last of them. Periods: 2017, 2017H2, 2017Q3 or 2017-08.
-- grain: branch_id, period
-- sources: exports.ratings, staging.stg_branches, staging.stg_branch_versions, staging.stg_villages, staging.stg_cut_off
-- columns:
--   branch_id: grid branch
--   village_id: village
--   town: town
--   period: as exported
--   period_start: first day
--   period_end: last day
--   stars: stars
--   rank: place within the village as exported where all its branches have one, else by stars and, where all have the three scores, by their sum
--   branches_ranked: branches of the village rated for the period
--   funding: yuan
--   operation: standard operation
--   effect: effect
--   cooperation: cooperation with above
--   grid_cadre_score: the grid cadres' view
--   villager_score: the villager representatives' view
--   published_on: the day it was published on the board; null: not published, or not told
-- checks:
--   not_null: period_start, period_end
with dated as (
    select
        r.*,
        b.village_id as last_village_id,
        b.town as last_town,
        case
            when substr(r.period, 5, 1) = 'H' then (try_cast(substr(r.period, 6, 1) as integer) - 1) * 6 + 1
            when substr(r.period, 5, 1) = 'Q' then (try_cast(substr(r.period, 6, 1) as integer) - 1) * 3 + 1
            when substr(r.period, 5, 1) = '-' then try_cast(substr(r.period, 6, 2) as integer)
            else 1
        end as first_month,
        case
            when substr(r.period, 5, 1) = 'H' then 6
            when substr(r.period, 5, 1) = 'Q' then 3
            when substr(r.period, 5, 1) = '-' then 1
            else 12
        end as months
    from exports.ratings r
    left join staging.stg_branches b on b.branch_id = r.branch_id
),

spanned as (
    select
        d.*,
        cast(try_cast(substr(d.period, 1, 4) || '-01-01' as date) + (d.first_month - 1) * interval '1' month as date) as period_start
    from dated d
),

ended as (
    select s.*, cast(s.period_start + s.months * interval '1' month - interval '1' day as date) as period_end
    from spanned s
),

placed as (
    select
        e.*,
        e.operation + e.effect + e.cooperation as scores,
        coalesce(v.village_id, e.last_village_id) as village_id,
        coalesce(t.town, e.last_town) as town
    from ended e
    left join staging.stg_branch_versions v
        on v.branch_id = e.branch_id and v.valid_from <= e.period_end and e.period_end < v.valid_until
    left join staging.stg_villages t on t.village_id = v.village_id
),

-- A score that is not there is not nought: then the stars alone rank, and equal stars share a place.
compared as (
    select
        p.*,
        count(*) over (partition by p.village_id, p.period) = count(p.rank) over (partition by p.village_id, p.period) as all_ranked,
        count(*) over (partition by p.village_id, p.period) = count(p.scores) over (partition by p.village_id, p.period) as all_scored
    from placed p
)

select
    cast(e.branch_id as varchar) as branch_id,
    cast(e.village_id as varchar) as village_id,
    cast(e.town as varchar) as town,
    cast(e.period as varchar) as period,
    cast(e.period_start as date) as period_start,
    cast(e.period_end as date) as period_end,
    cast(e.stars as bigint) as stars,
    cast(
        case
            when e.all_ranked then e.rank
            else rank() over (
                partition by e.village_id, e.period
                order by e.stars desc, case when e.all_scored then e.scores end desc
            )
        end as bigint
    ) as rank,
    cast(count(*) over (partition by e.village_id, e.period) as bigint) as branches_ranked,
    cast(e.funding as double) as funding,
    cast(e.operation as double) as operation,
    cast(e.effect as double) as effect,
    cast(e.cooperation as double) as cooperation,
    cast(e.grid_cadre_score as double) as grid_cadre_score,
    cast(e.villager_score as double) as villager_score,
    cast(e.published_on as date) as published_on
from compared e
cross join staging.stg_cut_off cut
where e.period_end <= cut.cut_off
