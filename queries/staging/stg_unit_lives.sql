-- One unit that a succession made or ended, with the days it lived. Units without a row have always been and go on.
-- grain: level, unit_id
-- sources: staging.stg_successions, staging.stg_files, exports.villages, history.villages, exports.branches, history.branches
-- columns:
--   level: village or branch
--   unit_id: the unit
--   begins_on: first day; null where it stood before: the registry knew it by then, or it is its own successor
--   ends_on: first day it no longer was; null where it goes on
-- checks:
--   not_null: level, unit_id
with registered as (
    select 'village' as level, village_id as unit_id, _file as file_no
    from exports.villages
    union all
    select 'village', village_id, _file
    from history.villages
    union all
    select 'branch', branch_id, _file
    from exports.branches
    union all
    select 'branch', branch_id, _file
    from history.branches
),

first_registered as (
    select r.level, r.unit_id, min(coalesce(f.speaks_for, date '0001-01-01')) as first_on
    from registered r
    left join staging.stg_files f on f.file_no = r.file_no
    group by r.level, r.unit_id
),

ends as (
    select level, old_id as unit_id, min(from_on) as ends_on
    from staging.stg_successions
    group by level, old_id
    having count(*) filter (where new_id = old_id) = 0
),

begins as (
    select s.level, s.new_id as unit_id, min(s.from_on) as begins_on
    from staging.stg_successions s
    left join first_registered r on r.level = s.level and r.unit_id = s.new_id
    group by s.level, s.new_id
    having count(*) filter (where s.new_id = s.old_id) = 0 and coalesce(min(r.first_on) >= min(s.from_on), true)
),

touched as (
    select level, unit_id from ends
    union
    select level, unit_id from begins
)

select
    cast(t.level as varchar) as level,
    cast(t.unit_id as varchar) as unit_id,
    cast(b.begins_on as date) as begins_on,
    cast(e.ends_on as date) as ends_on
from touched t
left join begins b on b.level = t.level and b.unit_id = t.unit_id
left join ends e on e.level = t.level and e.unit_id = t.unit_id
