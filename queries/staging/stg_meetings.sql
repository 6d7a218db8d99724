-- One meeting of a grid branch known at the cut-off.
-- grain: branch_id, kind, held_on
-- kind: view
-- sources: exports.meetings, staging.stg_cut_off
-- columns:
--   branch_id: grid branch
--   kind: reconciliation, organisation_life or another
--   held_on: day
--   expected: members expected
--   present: members present
--   items_checked: items of the last meeting that were checked
--   items_done: of those, done
select
    cast(e.branch_id as varchar) as branch_id,
    cast(e.kind as varchar) as kind,
    cast(e.held_on as date) as held_on,
    cast(e.expected as bigint) as expected,
    cast(e.present as bigint) as present,
    cast(e.items_checked as bigint) as items_checked,
    cast(e.items_done as bigint) as items_done
from exports.meetings e
where e.held_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
