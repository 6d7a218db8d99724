-- One decision of people on a member as a reserve cadre, known at the cut-off.
-- grain: member_id, decided_on
-- kind: view
-- sources: exports.cadre_decisions, staging.stg_cut_off
-- columns:
--   member_id: member
--   decision: list, not_list, defer or remove
--   decided_on: day
select
    cast(d.member_id as varchar) as member_id,
    cast(d.decision as varchar) as decision,
    cast(d.decided_on as date) as decided_on
from exports.cadre_decisions d
where d.decided_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
