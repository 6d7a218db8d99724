-- One version of a cadre row and the days between which it holds.
-- grain: cadre_id, valid_from
-- sources: exports.cadres, history.cadres, staging.stg_files, staging.stg_unit_lives
-- columns:
--   cadre_id: the exporter's number
--   village_id: village the cadre works in
--   full_time_rural: full-time cadre of the village: the hands people_per_cadre counts
--   valid_from: first day it holds; what the first list of a place names and no earlier list
--     placed elsewhere stands in for the time before, unless the place began later than the records
--   valid_until: first day it no longer holds
-- checks:
--   not_null: cadre_id, valid_from, valid_until
with versions as (
    select
        cadre_id,
        village_id,
        level,
        full_time,
        _file as file_no,
        cast(null as bigint) as until_file
    from exports.cadres
    union all
    select cadre_id, village_id, level, full_time, _file, _until_file
    from history.cadres
),

dated as (
    select
        v.*,
        coalesce(f.speaks_for, date '0001-01-01') as speaks_for,
        coalesce(u.speaks_for, date '9999-12-31') as replaced_on
    from versions v
    left join staging.stg_files f on f.file_no = v.file_no
    left join staging.stg_files u on u.file_no = v.until_file
),

-- A row replaced by a file that speaks for the same day was never true.
standing as (
    select
        d.*,
        min(d.speaks_for) over (partition by d.village_id) as first_known,
        min(d.speaks_for) over (partition by d.cadre_id) as own_first,
        min(d.speaks_for) over () as record_begins
    from dated d
    where speaks_for < replaced_on
),

starting as (
    select
        s.*,
        case
            when s.speaks_for = s.first_known and s.speaks_for = s.own_first
                and (l.begins_on is null or s.speaks_for < l.begins_on or s.speaks_for = s.record_begins)
                then date '0001-01-01'
            else s.speaks_for
        end as valid_from
    from standing s
    left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = s.village_id
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by cadre_id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(cadre_id as varchar) as cadre_id,
    cast(village_id as varchar) as village_id,
    cast(level = 'village' and coalesce(full_time, false) as boolean) as full_time_rural,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
