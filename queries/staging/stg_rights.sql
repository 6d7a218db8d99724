-- One use of a right by a member, known at the cut-off.
-- grain: member_id, kind, used_on
-- kind: view
-- sources: exports.rights, staging.stg_cut_off
-- columns:
--   member_id: member
--   kind: right that was used
--   used_on: day
--   upheld: whether the use was upheld on review; null: not reviewed, or not told
select
    cast(r.member_id as varchar) as member_id,
    cast(r.kind as varchar) as kind,
    cast(r.used_on as date) as used_on,
    cast(r.upheld as boolean) as upheld
from exports.rights r
where r.used_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
