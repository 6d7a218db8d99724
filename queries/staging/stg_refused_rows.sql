-- One row that was refused, with what has become of it.
-- grain: file_no, sheet, export, row_no
-- kind: view
-- sources: ops.problems, ops.quarantine
-- columns:
--   file_no: the file
--   sheet: sheet of the workbook
--   export: export it was read as
--   row_no: row of the sheet
--   state: open, carried, waived or repaired
--   is_kept: its content is kept in quarantine
with refused as (
    select
        p.file_no,
        p.sheet,
        p.export,
        p."row" as row_no,
        case
            when count(*) filter (where p.state = 'open') > 0 then 'open'
            when count(*) filter (where p.state = 'carried') > 0 then 'carried'
            when count(*) filter (where p.state = 'waived') > 0 then 'waived'
            else 'repaired'
        end as state
    from ops.problems p
    where p.severity = 'refuse' and p."row" > 0
    group by p.file_no, p.sheet, p.export, p."row"
),

kept as (
    select distinct file_no, sheet, export, "row" as row_no
    from ops.quarantine
)

select
    cast(r.file_no as bigint) as file_no,
    cast(r.sheet as varchar) as sheet,
    cast(r.export as varchar) as export,
    cast(r.row_no as bigint) as row_no,
    cast(r.state as varchar) as state,
    cast(k.row_no is not null as boolean) as is_kept
from refused r
left join kept k on k.file_no = r.file_no and k.sheet = r.sheet and k.export = r.export and k.row_no = r.row_no
