-- One file that brought events of a branch and month: meetings, and tasks by the day they were claimed.
-- grain: export, branch_id, month, file_no
-- kind: view
-- sources: exports.meetings, exports.tasks
-- columns:
--   export: meetings or tasks
--   branch_id: grid branch
--   month: month
--   file_no: the file
with events as (
    select 'meetings' as export, branch_id, month_text(held_on) as month, _file as file_no
    from exports.meetings
    union
    select 'tasks', branch_id, month_text(claimed_on), _file
    from exports.tasks
)

select
    cast(e.export as varchar) as export,
    cast(e.branch_id as varchar) as branch_id,
    cast(e.month as varchar) as month,
    cast(e.file_no as bigint) as file_no
from events e
