-- One unit that became another one: merged, divided or renumbered. Changes after the cut-off have not happened yet.
-- grain: level, old_id, new_id
-- sources: exports.successions, staging.stg_cut_off
-- columns:
--   level: village or branch
--   old_id: the unit before
--   new_id: the unit after; the same as old_id where a divided unit goes on
--   from_on: first day of the new unit
--   heirs: units the old one became, itself included where it goes on; more than one: it was divided
-- checks:
--   not_null: level, old_id, new_id, from_on
select
    cast(s.kind as varchar) as level,
    cast(s.old_id as varchar) as old_id,
    cast(s.new_id as varchar) as new_id,
    cast(s.from_on as date) as from_on,
    cast(count(*) over (partition by s.kind, s.old_id) as bigint) as heirs
from exports.successions s
cross join staging.stg_cut_off cut
where s.kind in ('village', 'branch') and s.from_on <= cut.cut_off
