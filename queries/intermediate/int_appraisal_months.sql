-- The households' appraisals a branch goes by in a month: of the newest period of the town that had ended; of two that end together the
-- shorter one.
-- grain: month, town, village_id, branch_id
-- sources: intermediate.int_appraisal_periods, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   linked: households with a linked member at the period's end
--   appraised: of those, that appraised a member
--   scores: appraisals
--   score_sum: their scores, added
with periods as (
    select distinct town, period, period_start, period_end
    from intermediate.int_appraisal_periods
),

in_force as (
    select
        m.month,
        p.town,
        p.period,
        row_number() over (partition by m.month, p.town order by p.period_end desc, p.period_start desc) as place
    from staging.stg_months m
    join periods p on p.period_end <= m.as_of
)

select
    cast(f.month as varchar) as month,
    cast(a.town as varchar) as town,
    cast(a.village_id as varchar) as village_id,
    cast(a.branch_id as varchar) as branch_id,
    cast(a.linked as bigint) as linked,
    cast(a.appraised as bigint) as appraised,
    cast(a.scores as bigint) as scores,
    cast(a.score_sum as double) as score_sum
from in_force f
join intermediate.int_appraisal_periods a on a.town = f.town and a.period = f.period
where f.place = 1
