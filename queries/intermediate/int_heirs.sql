-- One unit that is no more, or that was divided, with one unit of today that carries on from it, however many steps
-- lie between.
-- grain: level, unit_id, heir_id
-- sources: staging.stg_successions, staging.stg_unit_lives
-- columns:
--   level: village or branch
--   unit_id: the unit of the past
--   heir_id: the unit of today
--   divided: 1 where a division lies between, so that the past cannot be added to one heir as a whole
--   until_on: of a divided unit that goes on, first day after the division: its own past ends there; else null
-- checks:
--   not_null: level, unit_id, heir_id, divided
with recursive steps as (
    select level, old_id, new_id, from_on, case when heirs > 1 then 1 else 0 end as divided
    from staging.stg_successions
    where old_id <> new_id or heirs > 1
),

reach (level, unit_id, heir_id, divided, depth) as (
    select level, old_id, new_id, divided, 1
    from steps
    union all
    select r.level, r.unit_id, s.new_id, later_of(r.divided, s.divided), r.depth + 1
    from reach r
    join steps s on s.level = r.level and s.old_id = r.heir_id
    where s.old_id <> s.new_id and r.unit_id <> r.heir_id and r.depth < 9
),

ends as (
    select level, old_id, min(from_on) as until_on
    from steps
    where old_id = new_id
    group by level, old_id
)

select
    cast(r.level as varchar) as level,
    cast(r.unit_id as varchar) as unit_id,
    cast(r.heir_id as varchar) as heir_id,
    cast(max(r.divided) as integer) as divided,
    cast(max(e.until_on) as date) as until_on
from reach r
left join ends e on e.level = r.level and e.old_id = r.unit_id
where not exists (
    select 1 from staging.stg_unit_lives l where l.level = r.level and l.unit_id = r.heir_id and l.ends_on is not null
)
group by r.level, r.unit_id, r.heir_id
