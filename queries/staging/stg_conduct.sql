-- One pledge or agreement signed, meeting held, or breach noted, by the cut-off.
-- grain: member_id, kind, signed_on
-- kind: view
-- sources: exports.conduct, staging.stg_cut_off
-- columns:
--   member_id: member
--   kind: frugality_pledge, red_line_breach or another
--   signed_on: day
--   line: the bottom or red line a breach crossed; null where nobody says
--   is_kept: the pledge was found kept by the cut-off
select
    cast(c.member_id as varchar) as member_id,
    cast(c.kind as varchar) as kind,
    cast(c.signed_on as date) as signed_on,
    cast(c.line as varchar) as line,
    cast(coalesce(c.kept_on <= cut.cut_off, false) as boolean) as is_kept
from exports.conduct c
cross join staging.stg_cut_off cut
where c.signed_on <= cut.cut_off
