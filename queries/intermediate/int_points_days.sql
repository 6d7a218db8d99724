-- Points awarded on a day to the members of a unit.
-- grain: level, unit_id, awarded_on
-- sources: intermediate.int_points_entries
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   awarded_on: day
--   points: points, deductions included
--   gained: points without deductions
--   entries: entries
with days as (
    select
        case when grouping(town) = 0 then 'town' when grouping(village_id) = 0 then 'village' else 'branch' end as level,
        case when grouping(town) = 0 then town when grouping(village_id) = 0 then village_id else branch_id end as unit_id,
        awarded_on,
        sum(points) as points,
        sum(gained) as gained,
        sum(entries) as entries
    from intermediate.int_points_entries
    group by grouping sets ((town, awarded_on), (village_id, awarded_on), (branch_id, awarded_on))
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(awarded_on as date) as awarded_on,
    cast(points as decimal(18, 4)) as points,
    cast(gained as decimal(18, 4)) as gained,
    cast(entries as bigint) as entries
from days
where unit_id is not null
