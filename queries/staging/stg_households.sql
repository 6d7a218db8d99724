-- One household as the newest list has it.
-- grain: household_id
-- kind: view
-- sources: exports.households
-- columns:
--   household_id: the exporter's number
--   village_id: village
select
    cast(household_id as varchar) as household_id,
    cast(village_id as varchar) as village_id
from exports.households
