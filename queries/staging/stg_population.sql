-- One count of the people of a village. Counts after the cut-off are among them: a village without an earlier one has
-- that for the time before.
-- grain: village_id, as_of
-- kind: view
-- sources: exports.population
-- columns:
--   village_id: village
--   as_of: day of the count
--   residents: registered residents
--   migrants: people from elsewhere
select
    cast(village_id as varchar) as village_id,
    cast(as_of as date) as as_of,
    cast(resident_population as bigint) as residents,
    cast(migrant_population as bigint) as migrants
from exports.population
