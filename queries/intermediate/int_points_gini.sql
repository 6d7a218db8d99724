-- Inequality of a month's points among active members, those without points included: Gini's coefficient from ranks,
-- sum((2i - n - 1) x_i) / (n sum(x)); deductions count as no points.
-- grain: measure, level, unit_id, month
-- sources: intermediate.int_member_months
-- months: intermediate.int_member_months
-- columns:
--   measure: points_gini
--   level: town, village or branch
--   unit_id: the unit
--   month: month
--   numerator: sum((2i - n - 1) x_i) / n
--   denominator: points of the active members
--   value: 0 all equal, near 1 one member has all; null where nobody has any
with placed as (
    select 'town' as level, town as unit_id, month, active_points as points
    from intermediate.int_member_months
    where active = 1
    union all
    select 'village', village_id, month, active_points
    from intermediate.int_member_months
    where active = 1
    union all
    select 'branch', branch_id, month, active_points
    from intermediate.int_member_months
    where active = 1
),

ranked as (
    select
        level,
        unit_id,
        month,
        case when points > 0 then points else 0 end as points,
        row_number() over (partition by level, unit_id, month order by points) as place,
        count(*) over (partition by level, unit_id, month) as members
    from placed
),

sums as (
    select
        level,
        unit_id,
        month,
        max(members) as members,
        sum(points) as points,
        sum(cast(2 * place - members - 1 as decimal(18, 0)) * points) as weighted
    from ranked
    group by level, unit_id, month
)

select
    cast('points_gini' as varchar) as measure,
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(cast(weighted as double) / cast(members as double) as double) as numerator,
    cast(points as double) as denominator,
    cast(case when points > 0 then cast(weighted as double) / (cast(members as double) * cast(points as double)) end as double) as value
from sums
