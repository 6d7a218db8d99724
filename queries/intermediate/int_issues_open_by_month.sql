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
--   telling_holder: of those open and routed by the month's end, of which the file says who holds them, if only nobody
--   with_holder: of those, with a cadre who holds them now
--   telling_supervisor: of those overdue, of which the file says who supervises them, if only nobody
--   with_supervisor: of those, with an official who does
select
    cast(m.month as varchar) as month,
    cast(i.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as open,
    cast(count(*) filter (where i.due_on < m.as_of) as bigint) as overdue,
    cast(count(*) filter (where i.due_on < m.as_of and i.tells_supervision) as bigint) as telling_supervision,
    cast(count(*) filter (where i.due_on < m.as_of and cast(i.supervised_at as date) <= m.as_of) as bigint) as supervised,
    cast(count(*) filter (where cast(i.routed_at as date) <= m.as_of and i.tells_holder) as bigint) as telling_holder,
    cast(
        count(*) filter (where cast(i.routed_at as date) <= m.as_of and i.tells_holder and i.responsible_cadre_id is not null) as bigint
    ) as with_holder,
    cast(count(*) filter (where i.due_on < m.as_of and i.tells_supervisor) as bigint) as telling_supervisor,
    cast(count(*) filter (where i.due_on < m.as_of and i.tells_supervisor and i.supervisor_id is not null) as bigint) as with_supervisor
from intermediate.int_issues i
join staging.stg_months m on i.reported_on <= m.as_of and m.as_of < coalesce(i.resolved_on, date '9999-12-31') and i.tells_resolution
group by m.month, i.town, i.village_id, i.branch_id
