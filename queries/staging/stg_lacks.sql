-- One column of an export that a file does not give.
-- grain: file_no, export, column_id
-- kind: view
-- sources: ops.lacks
-- columns:
--   file_no: the file
--   export: the export
--   column_id: the column
with lacking as (
    select distinct file_no, export, column_id
    from ops.lacks
)

select
    cast(l.file_no as bigint) as file_no,
    cast(l.export as varchar) as export,
    cast(l.column_id as varchar) as column_id
from lacking l
