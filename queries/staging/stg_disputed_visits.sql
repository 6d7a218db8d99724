-- One visit that the household, when called back, did not confirm, as last filled in. It may have been made all the same, but it is
-- not beyond dispute.
-- grain: visit_id
-- kind: view
-- sources: exports.callbacks
-- columns:
--   visit_id: the exporter's number
with answers as (
    select
        visit_id,
        confirmed,
        row_number() over (partition by visit_id order by entered_at desc, entry_id desc) as place
    from exports.callbacks
)

select
    cast(visit_id as varchar) as visit_id
from answers
where place = 1 and not confirmed
