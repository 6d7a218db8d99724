-- One version of a cadre row and the days between which it holds.
-- grain: cadre_id, valid_from
-- sources: exports.cadres, history.cadres, staging.stg_registry_spans
-- columns:
--   cadre_id: the exporter's number
--   village_id: village the cadre works in
--   full_time_rural: full-time cadre of the village: the hands people_per_cadre counts
--   valid_from: first day it holds
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
        0 as until_file
    from exports.cadres
    union all
    select
        cadre_id,
        village_id,
        level,
        full_time,
        _file,
        _until_file
    from history.cadres
)

select
    cast(v.cadre_id as varchar) as cadre_id,
    cast(v.village_id as varchar) as village_id,
    cast(v.level = 'village' and coalesce(v.full_time, false) as boolean) as full_time_rural,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from versions v
join staging.stg_registry_spans s
    on s.registry = 'cadres' and s.id = v.cadre_id and s.file_no = v.file_no and s.until_file = v.until_file
