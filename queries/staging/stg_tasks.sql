-- One task that was claimed by the cut-off.
-- grain: task_id
-- kind: view
-- sources: exports.tasks, staging.stg_cut_off
-- columns:
--   task_id: the exporter's number
--   branch_id: grid branch that claimed it
--   responsible_member_id: member who leads it
--   claimed_on: day of the claim
--   due_on: day of the deadline; whether a task is overdue is judged by it
--   done_on: day it was done, by the list; it may lie after the cut-off
--   is_done: done by the cut-off: on a day until then, or at 100 per cent without a day
--   is_undated: done at 100 per cent without a day
select
    cast(t.task_id as varchar) as task_id,
    cast(t.branch_id as varchar) as branch_id,
    cast(t.responsible_member_id as varchar) as responsible_member_id,
    cast(t.claimed_on as date) as claimed_on,
    cast(t.due_on as date) as due_on,
    cast(t.done_on as date) as done_on,
    cast(coalesce(t.done_on <= cut.cut_off, t.progress >= 100, false) as boolean) as is_done,
    cast(t.done_on is null and coalesce(t.progress >= 100, false) as boolean) as is_undated
from exports.tasks t
cross join staging.stg_cut_off cut
where t.claimed_on <= cut.cut_off
