-- One unit of the past with one unit of today that carries on from it.
-- grain: level, unit_id, old_id
-- sources: intermediate.int_heirs, staging.stg_successions, staging.stg_villages, staging.stg_branches
-- columns:
--   level: village or branch
--   unit_id: the unit of today
--   unit_name: its name
--   old_id: the unit of the past; the same where a divided unit goes on
--   old_name: its name, or its number where no registry ever listed it
--   from_on: day the unit of the past ended or was divided
--   divided: whether a division lies between
-- checks:
--   not_null: level, unit_id, unit_name, old_id, old_name, from_on, divided
with names as (
    select 'village' as level, village_id as unit_id, village_name as unit_name
    from staging.stg_villages
    union all
    select 'branch', branch_id, branch_name
    from staging.stg_branches
),

changed as (
    select level, old_id, min(from_on) as from_on
    from staging.stg_successions
    group by level, old_id
)

select
    cast(h.level as varchar) as level,
    cast(h.heir_id as varchar) as unit_id,
    cast(coalesce(n.unit_name, h.heir_id) as varchar) as unit_name,
    cast(h.unit_id as varchar) as old_id,
    cast(coalesce(o.unit_name, h.unit_id) as varchar) as old_name,
    cast(c.from_on as date) as from_on,
    cast(h.divided = 1 as boolean) as divided
from intermediate.int_heirs h
join changed c on c.level = h.level and c.old_id = h.unit_id
left join names n on n.level = h.level and n.unit_id = h.heir_id
left join names o on o.level = h.level and o.unit_id = h.unit_id
