-- One statement of a person that a village had nothing to report of an export for a month, or that this is taken back.
-- grain: entry_id
-- kind: view
-- sources: exports.nothing_to_report
-- columns:
--   entry_id: number of the entry
--   of_export: the export
--   of_village: the village; null: all of them
--   of_month: the month
--   back: it takes an earlier one back
--   entered_at: when it was entered
select
    cast(entry_id as varchar) as entry_id,
    cast(of_export as varchar) as of_export,
    cast(of_village as varchar) as of_village,
    cast(of_month as varchar) as of_month,
    cast(back as boolean) as back,
    cast(entered_at as timestamp) as entered_at
from exports.nothing_to_report
