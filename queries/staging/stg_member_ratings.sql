-- One yearly assessment of a member.
-- grain: member_id, period
-- kind: view
-- sources: exports.member_ratings
-- columns:
--   member_id: member
--   period: year it is of
--   result: how it came out
--   dealt_with: what was done about a warned or unqualified member; null: nothing yet, or not told
select
    cast(member_id as varchar) as member_id,
    cast(period as varchar) as period,
    cast(result as varchar) as result,
    cast(dealt_with as varchar) as dealt_with
from exports.member_ratings
