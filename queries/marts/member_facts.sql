-- One number about the members of one village in one period, for what no measure tells apart: the fact's name says of what.
-- grain: fact, town, village_id, period
-- sources: intermediate.int_member_months, intermediate.int_visits_by_month, intermediate.int_assessments, intermediate.int_approvals_by_month, staging.stg_conduct, staging.stg_rights, staging.stg_members, staging.stg_points
-- columns:
--   fact: kind_<kind>, exempt_<reason> and exempt_all by month, points_<category> by month, duty_<duty> and duty_all by month, reversals by month, assessed_<result>, assessed_dealt_with, breach_<line>, conduct_<kind>,
--     rights_<kind>, reviewed_<kind> and upheld_<kind> by year
--   town: town
--   village_id: village; null where no registry says it
--   period: 2017 or 2018-01
--   value: count; of points_<category>, points, deductions included
-- checks:
--   not_null: fact, period, value
with conduct as (
    select m.town, m.village_id, substr(cast(c.signed_on as varchar), 1, 4) as period, c.kind, c.line
    from staging.stg_conduct c
    left join staging.stg_members m on m.member_id = c.member_id
),

rights as (
    select m.town, m.village_id, substr(cast(r.used_on as varchar), 1, 4) as period, r.kind, r.upheld
    from staging.stg_rights r
    left join staging.stg_members m on m.member_id = r.member_id
),

given as (
    select
        coalesce(s.town, m.town) as town,
        coalesce(s.village_id, m.village_id) as village_id,
        month_text(e.awarded_on) as period,
        e.category,
        sum(e.points) as points
    from staging.stg_points e
    left join intermediate.int_member_months s on s.member_id = e.member_id and s.month = month_text(e.awarded_on)
    left join staging.stg_members m on m.member_id = e.member_id
    group by coalesce(s.town, m.town), coalesce(s.village_id, m.village_id), month_text(e.awarded_on), e.category
),

facts (fact, town, village_id, period, value) as (
    select 'kind_' || coalesce(kind, 'untold'), town, village_id, month, members
    from intermediate.int_member_months
    union all
    select 'points_' || coalesce(category, 'untold'), town, village_id, period, points
    from given
    union all
    select 'exempt_' || coalesce(exempt_reason, 'untold'), town, village_id, month, members
    from intermediate.int_member_months
    where active = 0
    union all
    select 'exempt_all', town, village_id, month, members
    from intermediate.int_member_months
    where active = 0
    union all
    select 'duty_policy', town, village_id, month, policy
    from intermediate.int_visits_by_month
    union all
    select 'duty_opinion', town, village_id, month, opinion
    from intermediate.int_visits_by_month
    union all
    select 'duty_dispute', town, village_id, month, dispute
    from intermediate.int_visits_by_month
    union all
    select 'duty_service', town, village_id, month, service
    from intermediate.int_visits_by_month
    union all
    select 'duty_governance', town, village_id, month, governance
    from intermediate.int_visits_by_month
    union all
    select 'duty_all', town, village_id, month, visits
    from intermediate.int_visits_by_month
    union all
    select 'reversals', town, village_id, month, reversals
    from intermediate.int_approvals_by_month
    union all
    select 'assessed_' || result, town, village_id, period, 1
    from intermediate.int_assessments
    union all
    select 'assessed_dealt_with', town, village_id, period, 1
    from intermediate.int_assessments
    where is_dealt_with
    union all
    select 'conduct_' || kind, town, village_id, period, 1
    from conduct
    union all
    select 'breach_' || coalesce(line, 'untold'), town, village_id, period, 1
    from conduct
    where kind = 'red_line_breach'
    union all
    select 'rights_' || kind, town, village_id, period, 1
    from rights
    union all
    select 'reviewed_' || kind, town, village_id, period, 1
    from rights
    where upheld is not null
    union all
    select 'upheld_' || kind, town, village_id, period, 1
    from rights
    where upheld
)

select
    cast(fact as varchar) as fact,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(period as varchar) as period,
    cast(sum(value) as double) as value
from facts
group by fact, town, village_id, period
