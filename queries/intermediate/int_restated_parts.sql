-- One unit and month of the past that goes into the month of a unit of today when past months are restated: the unit
-- itself, what was merged into it, and of a divided village the branches the merge file assigns. Of a divided unit the
-- whole comes once more beside all its assigned branches, taken off: what remains there was assigned to nobody.
-- grain: level, unit_id, month, divided, part_level, part_id
-- sources: intermediate.int_heirs, intermediate.int_branch_places, staging.stg_months, staging.stg_assignments
-- columns:
--   level: village or branch
--   unit_id: the unit of today
--   month: month
--   divided: of a row that checks a division, the divided unit; empty for a row to be summed
--   part_level: level of the part
--   part_id: the part: a unit as it was then
--   weight: 1, or -1 for what is taken off
-- checks:
--   not_null: level, unit_id, month, divided, part_level, part_id, weight
with today as (
    select level, heir_id as unit_id, max(case when unit_id = heir_id then until_on end) as divided_on
    from intermediate.int_heirs
    group by level, heir_id
),

own as (
    select t.level, t.unit_id, m.month
    from today t
    join staging.stg_months m on t.divided_on is null or t.divided_on <= m.as_of
),

whole as (
    select h.level, h.heir_id as unit_id, m.month, h.unit_id as part_id
    from intermediate.int_heirs h
    cross join staging.stg_months m
    where h.divided = 0
),

divisions as (
    select h.level, h.heir_id as unit_id, m.month, h.unit_id as divided
    from intermediate.int_heirs h
    join staging.stg_months m on h.unit_id <> h.heir_id or m.as_of < h.until_on
    where h.divided = 1
),

-- A branch assigned to a village that has been merged since belongs to what that has become.
assigned as (
    select distinct s.branch_id, coalesce(h.heir_id, s.village_id) as village_id
    from staging.stg_assignments s
    left join intermediate.int_heirs h
        on h.level = 'village' and h.unit_id = s.village_id and h.divided = 0
),

placed as (
    select b.month, b.village_id as divided, b.branch_id, a.village_id
    from intermediate.int_branch_places b
    join assigned a on a.branch_id = b.branch_id
),

parts as (
    select level, unit_id, month, '' as divided, level as part_level, unit_id as part_id, 1 as weight
    from own
    union all
    select level, unit_id, month, '', level, part_id, 1
    from whole
    union all
    select d.level, d.unit_id, d.month, '', 'branch', p.branch_id, 1
    from divisions d
    join placed p on p.divided = d.divided and p.month = d.month and p.village_id = d.unit_id
    where d.level = 'village'
    union all
    select level, unit_id, month, divided, level, divided, 1
    from divisions
    union all
    select d.level, d.unit_id, d.month, d.divided, 'branch', p.branch_id, -1
    from divisions d
    join placed p on p.divided = d.divided and p.month = d.month
    where d.level = 'village'
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(divided as varchar) as divided,
    cast(part_level as varchar) as part_level,
    cast(part_id as varchar) as part_id,
    cast(weight as integer) as weight
from parts
