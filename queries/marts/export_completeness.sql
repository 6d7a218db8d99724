-- One export expected of a village for a month: whether any row came, and whether in time.
-- grain: month, village_id, export
-- sources: intermediate.int_completeness_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   export: the export expected every month
--   received: 1 with any row of the village for the month
--   in_time: 1 if the first such row came by the deadline
-- checks:
--   not_null: month, village_id, export, received
select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(export as varchar) as export,
    cast(received as bigint) as received,
    cast(in_time as bigint) as in_time
from intermediate.int_completeness_months
