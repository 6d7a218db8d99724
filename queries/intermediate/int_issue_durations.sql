-- Kaplan–Meier quantiles of how long issues take, over the issues reported in the last months of each month
-- (programme: survival_months), unit by unit; what is open is censored at the end of the cut-off day. The quantile is
-- the smallest time at which the product-limit estimate has fallen to it; null where it has not: "not reached".
-- A step counts issues whose beginning is recorded; one whose end is missing although a later step is recorded is left
-- out, for nobody knows when it ended. So is one whose file does not give the end.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_issues, staging.stg_months, staging.stg_parameters
-- columns:
--   measure: days_to_resolve_median, days_to_resolve_p75 or step_days_<step>
--   level: town, village or branch
--   unit_id: the unit
--   month: last month of the window
--   numerator: issues that reached the end of the step
--   denominator: issues that entered it
--   value: days
with spells as (
    select month, town, village_id, branch_id, 'days_to_resolve' as spell, days_to_resolve as days, days_open_to_cut_off as censored_days
    from intermediate.int_issues
    where tells_resolution
    union all
    select month, town, village_id, branch_id, 'step_days_classify', days_classify, days_open_to_cut_off
    from intermediate.int_issues
    where tells_classification and (classified_at is not null or (routed_at is null and resolved_at is null))
    union all
    select month, town, village_id, branch_id, 'step_days_route', days_route, days_open_to_cut_off - days_classify
    from intermediate.int_issues
    where tells_routing and classified_at is not null and (routed_at is not null or resolved_at is null)
    union all
    select month, town, village_id, branch_id, 'step_days_resolve', days_resolve,
        days_open_to_cut_off - days_between(reported_at, routed_at)
    from intermediate.int_issues
    where tells_resolution and routed_at is not null and (resolved_at is not null or fed_back_at is null)
    union all
    select month, town, village_id, branch_id, 'step_days_feedback', days_feedback, days_open_to_cut_off - days_to_resolve
    from intermediate.int_issues
    where tells_feedback and resolved_at is not null
),

lasting as (
    select spell, month, town, village_id, branch_id, days is not null as ended, coalesce(days, censored_days) as days
    from spells
),

windows as (
    select m.month, w.month as reported_month
    from staging.stg_months m
    cross join staging.stg_parameters p
    join staging.stg_months w on w.month_start <= m.month_start and w.month_start > m.month_start - p.survival_months * interval '1' month
),

-- One row a unit, window and distinct time: how many ended at it, how many were censored at it.
times as (
    select
        s.spell,
        case when grouping(s.town) = 0 then 'town' when grouping(s.village_id) = 0 then 'village' else 'branch' end as level,
        case when grouping(s.town) = 0 then s.town when grouping(s.village_id) = 0 then s.village_id else s.branch_id end as unit_id,
        w.month,
        s.days,
        count(*) filter (where s.ended) as ended,
        count(*) as left_risk
    from lasting s
    join windows w on w.reported_month = s.month
    group by grouping sets (
        (s.spell, s.town, w.month, s.days),
        (s.spell, s.village_id, w.month, s.days),
        (s.spell, s.branch_id, w.month, s.days)
    )
),

at_risk as (
    select
        *,
        sum(left_risk) over (
            partition by spell, level, unit_id, month order by days desc rows between unbounded preceding and current row
        ) as risk
    from times
    where unit_id is not null
),

-- When the last at risk ends, ln(0) is not a number but the survivor function is 0.
survival as (
    select
        *,
        exp(sum(case when ended < risk then ln(1e0 - cast(ended as double) / cast(risk as double)) else 0e0 end) over upward)
        * min(case when ended = risk then 0 else 1 end) over upward as survivor
    from at_risk
    window upward as (partition by spell, level, unit_id, month order by days rows between unbounded preceding and current row)
),

quantiles (spell, measure, survivor_limit) as (
    values
        ('days_to_resolve', 'days_to_resolve_median', 0.5),
        ('days_to_resolve', 'days_to_resolve_p75', 0.25),
        ('step_days_classify', 'step_days_classify', 0.5),
        ('step_days_route', 'step_days_route', 0.5),
        ('step_days_resolve', 'step_days_resolve', 0.5),
        ('step_days_feedback', 'step_days_feedback', 0.5)
)

select
    cast(q.measure as varchar) as measure,
    cast(s.level as varchar) as level,
    cast(s.unit_id as varchar) as unit_id,
    cast(s.month as varchar) as month,
    cast(sum(s.ended) as double) as numerator,
    cast(sum(s.left_risk) as double) as denominator,
    cast(min(case when s.survivor <= q.survivor_limit + 1e-9 then s.days end) as double) as value
from survival s
join quantiles q on q.spell = s.spell
group by q.measure, s.level, s.unit_id, s.month
