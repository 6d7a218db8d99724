-- The day each file that arrived speaks for.
-- grain: file_no
-- sources: ops.files, staging.stg_cut_off
-- columns:
--   file_no: order of arrival
--   speaks_for: the day a list in it holds from: the day it names, else the day it was received. A list that arrives
--     after the cut-off corrects what is known as of the cut-off, so it never speaks for a later day
--   received_on: the day it was received
-- checks:
--   not_null: file_no, speaks_for
select
    cast(f.file_no as bigint) as file_no,
    cast(earlier_of(coalesce(f.as_of, cast(f.received_at as date)), cut.cut_off) as date) as speaks_for,
    cast(f.received_at as date) as received_on
from ops.files f
cross join staging.stg_cut_off cut
