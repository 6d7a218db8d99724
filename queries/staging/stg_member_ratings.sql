-- One yearly assessment of a member.
-- grain: member_id, period
-- kind: view
-- sources: exports.member_ratings
-- columns:
--   member_id: member
--   period: year it is of
--   result: how it came out
select
    cast(member_id as varchar) as member_id,
    cast(period as varchar) as period,
    cast(result as varchar) as result
from exports.member_ratings
