-- One table of a file that was read as an export, and how many of its rows were accepted. What could not be read at all
-- has no row.
-- grain: file_no, sheet, export
-- kind: view
-- sources: ops.reconciliation, ops.copies
-- columns:
--   file_no: the file
--   sheet: sheet of the workbook
--   export: export it was read as
--   first_no: of a marked copy the file it is a copy of, else the file itself
--   is_whole_copy: a marked copy that holds all rows
--   rows_read: rows read, ignored ones left out
--   accepted: of those, accepted
select
    cast(r.file_no as bigint) as file_no,
    cast(r.sheet as varchar) as sheet,
    cast(r.export as varchar) as export,
    cast(coalesce(c.copy_of, r.file_no) as bigint) as first_no,
    cast(c.copy_of is not null and not c.partial as boolean) as is_whole_copy,
    cast(r.rows_read - r.ignored as bigint) as rows_read,
    cast(r.accepted as bigint) as accepted
from ops.reconciliation r
left join ops.copies c on c.file_no = r.file_no
where r.problem is null or r.problem = ''
