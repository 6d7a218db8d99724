-- Points of a unit in one month: how many, in how many entries, to how many members.
-- grain: level, unit_id, month
-- sources: intermediate.int_points_entries
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   month: month
--   points: points, deductions included
--   entries: entries
--   members: members with any entry
with counted as (
    select
        case when grouping(town) = 0 then 'town' when grouping(village_id) = 0 then 'village' else 'branch' end as level,
        case when grouping(town) = 0 then town when grouping(village_id) = 0 then village_id else branch_id end as unit_id,
        month,
        sum(points) as points,
        sum(entries) as entries,
        count(distinct member_id) as members
    from intermediate.int_points_entries
    group by grouping sets ((town, month), (village_id, month), (branch_id, month))
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(points as double) as points,
    cast(entries as bigint) as entries,
    cast(members as bigint) as members
from counted
where unit_id is not null
