-- Issues open at the end of each month (at the cut-off for the last), of those past their deadline.
-- grain: month, town, village_id, branch_id
-- sources: intermediate.int_issues, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   open: reported and not resolved by the month's end, where that is known
--   overdue: of those, with a deadline before the month's end
--   telling_supervision: of those overdue, known to be pressed for or not
--   supervised: of those overdue, pressed for by the month's end
select
    cast(m.month as varchar) as month,
    cast(i.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as open,
    cast(count(*) filter (where i.due_on < m.as_of) as bigint) as overdue,
    cast(count(*) filter (where i.due_on < m.as_of and i.tells_supervision) as bigint) as telling_supervision,
    cast(count(*) filter (where i.due_on < m.as_of and cast(i.supervised_at as date) <= m.as_of) as bigint) as supervised
from intermediate.int_issues i
join staging.stg_months m on i.reported_on <= m.as_of and m.as_of < coalesce(i.resolved_on, date '9999-12-31') and i.tells_resolution
group by m.month, i.town, i.village_id, i.branch_id
