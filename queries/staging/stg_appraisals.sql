-- One appraisal of a member by a household.
-- grain: household_id, member_id, period
-- kind: view
-- sources: exports.appraisals
-- columns:
--   household_id: household
--   member_id: member
--   period: as exported
--   score: 0 to 100
select
    cast(household_id as varchar) as household_id,
    cast(member_id as varchar) as member_id,
    cast(period as varchar) as period,
    cast(score as double) as score
from exports.appraisals
