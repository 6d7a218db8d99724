-- One export of which rows say of a day after the cut-off that something was done; what was done then counts nowhere.
-- grain: export
-- sources: staging.stg_rows_after_cut_off
-- columns:
--   export: as its contract is called
--   rows: how many there are
--   last_on: the latest of these days
--   cut_off_set: the cut-off stands in the town's settings; otherwise these days are later than the arrival of their file
-- checks:
--   not_null: export, rows, last_on, cut_off_set
select
    cast(export as varchar) as export,
    cast(rows as bigint) as rows,
    cast(last_on as date) as last_on,
    cast(cut_off_set as boolean) as cut_off_set
from staging.stg_rows_after_cut_off
