-- One use of a right by a member, known at the cut-off.
-- grain: member_id, kind, used_on
-- kind: view
-- sources: exports.rights, staging.stg_cut_off
-- columns:
--   member_id: member
--   kind: right that was used
--   used_on: day
select
    cast(r.member_id as varchar) as member_id,
    cast(r.kind as varchar) as kind,
    cast(r.used_on as date) as used_on
from exports.rights r
where r.used_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
