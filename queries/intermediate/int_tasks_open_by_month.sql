-- Tasks open at the end of each month (at the cut-off for the last), of those past their deadline.
-- grain: month, town, village_id, branch_id
-- sources: staging.stg_tasks, intermediate.int_branch_places, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   open: claimed and not done by the month's end
--   overdue: of those, with a deadline before the month's end
select
    cast(m.month as varchar) as month,
    cast(b.town as varchar) as town,
    cast(b.village_id as varchar) as village_id,
    cast(t.branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as open,
    cast(count(*) filter (where t.due_on < m.as_of) as bigint) as overdue
from staging.stg_tasks t
join staging.stg_months m on t.claimed_on <= m.as_of and m.as_of < coalesce(t.done_on, date '9999-12-31')
left join intermediate.int_branch_places b on b.branch_id = t.branch_id and b.month = m.month
where not t.is_undated
group by m.month, b.town, b.village_id, t.branch_id
