-- One file that brought rows of a village to the list of households or of branches, whether they stand or were replaced.
-- grain: export, village_id, file_no
-- kind: view
-- sources: exports.households, history.households, exports.branches, history.branches
-- columns:
--   export: households or branches
--   village_id: village
--   file_no: the file
with held as (
    select 'households' as export, village_id, _file
    from exports.households
    union
    select 'households', village_id, _file
    from history.households
    union
    select 'branches', village_id, _file
    from exports.branches
    union
    select 'branches', village_id, _file
    from history.branches
)

select
    cast(h.export as varchar) as export,
    cast(h.village_id as varchar) as village_id,
    cast(h._file as bigint) as file_no
from held h
