-- One shortcoming that an organisation-life meeting had named by the cut-off.
-- grain: rectification_id
-- kind: view
-- sources: exports.rectifications, staging.stg_cut_off
-- columns:
--   rectification_id: the exporter's number
--   branch_id: grid branch
--   found_on: day of the meeting
--   mended_on: day it was mended, by the list; it may lie after the cut-off
select
    cast(z.rectification_id as varchar) as rectification_id,
    cast(z.branch_id as varchar) as branch_id,
    cast(z.found_on as date) as found_on,
    cast(z.mended_on as date) as mended_on
from exports.rectifications z
where z.found_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
