-- The days between which one version of a row of a registry holds. A member's row that says from when it holds
-- (valid_from) is taken at its word; every other holds from the day its file speaks for.
-- grain: registry, id, file_no, until_file
-- sources: exports.branches, history.branches, exports.households, history.households, exports.cadres, history.cadres, exports.members, history.members, exports.posts, history.posts, staging.stg_registry_files, staging.stg_unit_lives
-- columns:
--   registry: the export
--   id: the row's key
--   file_no: the file that brought the version
--   until_file: the file that replaced it; 0 where it stands
--   valid_from: first day it holds; what the first list of a place names and no earlier list
--     placed elsewhere stands in for the time before, unless the place began later than the records
--   valid_until: first day it no longer holds
-- checks:
--   not_null: registry, id, file_no, until_file, valid_from, valid_until
with versions as (
    select
        'branches' as registry,
        branch_id as id,
        'village' as place_level,
        village_id as place,
        cast(null as date) as said_from,
        _file as file_no,
        cast(null as bigint) as until_file
    from exports.branches
    union all
    select 'branches', branch_id, 'village', village_id, null, _file, _until_file
    from history.branches
    union all
    select 'households', household_id, 'village', village_id, null, _file, null
    from exports.households
    union all
    select 'households', household_id, 'village', village_id, null, _file, _until_file
    from history.households
    union all
    select 'cadres', cadre_id, 'village', village_id, null, _file, null
    from exports.cadres
    union all
    select 'cadres', cadre_id, 'village', village_id, null, _file, _until_file
    from history.cadres
    union all
    select 'members', member_id, 'branch', branch_id, valid_from, _file, null
    from exports.members
    union all
    select 'members', member_id, 'branch', branch_id, valid_from, _file, _until_file
    from history.members
    union all
    select 'posts', post_id, 'kind', kind, null, _file, null
    from exports.posts
    union all
    select 'posts', post_id, 'kind', kind, null, _file, _until_file
    from history.posts
),

dated as (
    select
        v.*,
        coalesce(f.speaks_for, date '0001-01-01') as speaks_for,
        coalesce(u.speaks_for, date '9999-12-31') as replaced_on
    from versions v
    left join staging.stg_registry_files f on f.file_no = v.file_no
    left join staging.stg_registry_files u on u.file_no = v.until_file
),

-- A row replaced by a file that speaks for the same day was never true.
standing as (
    select
        *,
        min(speaks_for) over (partition by registry, place) as first_known,
        min(speaks_for) over (partition by registry, id) as own_first,
        min(speaks_for) over (partition by registry) as record_begins
    from dated
    where speaks_for < replaced_on
),

starting as (
    select
        s.*,
        case
            when s.said_from is not null then s.said_from
            when s.speaks_for = s.first_known and s.speaks_for = s.own_first
                and (l.begins_on is null or s.speaks_for < l.begins_on or s.speaks_for = s.record_begins)
                then date '0001-01-01'
            else s.speaks_for
        end as valid_from
    from standing s
    left join staging.stg_unit_lives l on l.level = s.place_level and l.unit_id = s.place
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by registry, id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(registry as varchar) as registry,
    cast(id as varchar) as id,
    cast(file_no as bigint) as file_no,
    cast(coalesce(until_file, 0) as bigint) as until_file,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
