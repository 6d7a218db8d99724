-- One village against one hard criterion of the programme in one month. A criterion is met when its limit was passed
-- in every one of its last months; a month whose base is too small to judge does not count as passed. A fact nobody in
-- the town has ever told is not known, and passes no limit: no list of meetings at all, no secretary in any branch. Nor does
-- a month for which the village's meetings did not arrive. It is not met where one of those months kept the limit; where none is
-- known to have, whether it is met is not known, and the state says why.
-- grain: village_id, criterion, month
-- sources: staging.stg_hard_criteria, staging.stg_villages, staging.stg_months, marts.measures, intermediate.int_branch_months, intermediate.int_spoken_months
-- columns:
--   village_id: village
--   criterion: id of the criterion in programme.yaml
--   month: month
--   met: passed in this month and the ones before it that the criterion asks for
--   state: of those months together: met, not_met, small_base (the base of some is too small and none kept the limit), no_data (nothing is known of some and none kept the limit)
--   month_state: of this month alone: passed, kept, small_base, no_data
--   numerator: numerator of the month
--   denominator: denominator of the month
--   value: value of the month
--   limit_value: the limit, in the value's unit
with branches as (
    select town, village_id, month, sum(branches) as branches, sum(without_secretary) as without_secretary, sum(met) as met
    from intermediate.int_branch_months
    group by town, village_id, month
),

told as (
    select town, sum(branches - without_secretary) > 0 as secretaries, sum(met) > 0 as meetings
    from branches
    group by town
),

facts (village_id, month, fact, numerator, denominator, value) as (
    select
        b.village_id,
        b.month,
        'vacant_secretaries',
        cast(b.without_secretary as double),
        cast(b.branches as double),
        cast(b.without_secretary as double)
    from branches b
    join told t on t.town = b.town and t.secretaries
    union all
    select
        b.village_id,
        b.month,
        'branches_without_reconciliation',
        cast(b.branches - b.met as double),
        cast(b.branches as double),
        cast(b.branches - b.met as double) / cast(b.branches as double)
    from branches b
    join told t on t.town = b.town and t.meetings
    left join intermediate.int_spoken_months s on s.export = 'meetings' and s.village_id = b.village_id and s.month = b.month
    where s.reason is null
),

valued as (
    select c.criterion, c.below, c.above, c.months, c.minimum_base, v.village_id, m.month, f.numerator, f.denominator, f.value
    from staging.stg_hard_criteria c
    cross join staging.stg_villages v
    cross join staging.stg_months m
    left join facts f on f.fact = c.fact and f.village_id = v.village_id and f.month = m.month
    where c.fact <> ''
    union all
    select c.criterion, c.below, c.above, c.months, c.minimum_base, v.village_id, m.month, s.numerator, s.denominator, s.value
    from staging.stg_hard_criteria c
    cross join staging.stg_villages v
    cross join staging.stg_months m
    left join marts.measures s on s.measure = c.measure and s.level = 'village' and s.unit_id = v.village_id and s.month = m.month
    where c.measure <> ''
),

passed as (
    select
        *,
        case
            when coalesce(denominator, minimum_base) < minimum_base then 'small_base'
            when value is null then 'no_data'
            when value < below or value > above then 'passed'
            else 'kept'
        end as month_state
    from valued
),

runs as (
    select
        *,
        sum(case when month_state = 'passed' then 1 else 0 end) over (
            partition by village_id, criterion order by month rows between unbounded preceding and current row
        ) as passed_so_far,
        sum(case when month_state = 'kept' then 1 else 0 end) over (
            partition by village_id, criterion order by month rows between unbounded preceding and current row
        ) as kept_so_far,
        sum(case when month_state = 'no_data' then 1 else 0 end) over (
            partition by village_id, criterion order by month rows between unbounded preceding and current row
        ) as untold_so_far,
        row_number() over (partition by village_id, criterion order by month) as month_number
    from passed
),

compared as (
    select
        n.*,
        n.passed_so_far - coalesce(b.passed_so_far, 0) as passed_lately,
        n.kept_so_far - coalesce(b.kept_so_far, 0) as kept_lately,
        n.untold_so_far - coalesce(b.untold_so_far, 0) as untold_lately
    from runs n
    left join runs b on b.village_id = n.village_id and b.criterion = n.criterion and b.month_number = n.month_number - n.months
)

select
    cast(village_id as varchar) as village_id,
    cast(criterion as varchar) as criterion,
    cast(month as varchar) as month,
    cast(passed_lately >= months as boolean) as met,
    cast(case
        when passed_lately >= months then 'met'
        when kept_lately > 0 then 'not_met'
        when untold_lately > 0 or month_number < months then 'no_data'
        else 'small_base'
    end as varchar) as state,
    cast(month_state as varchar) as month_state,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(value as double) as value,
    cast(coalesce(below, above) as double) as limit_value
from compared
