-- Points awarded on one day to the members of a unit.
-- grain: level, unit_id, awarded_on
-- sources: intermediate.int_points_days
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   awarded_on: day
--   points: points, deductions included
select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(awarded_on as date) as awarded_on,
    cast(points as double) as points
from intermediate.int_points_days
