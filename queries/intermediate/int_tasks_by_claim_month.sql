-- Tasks by the month they were claimed in, and of those the ones done by the cut-off.
-- grain: month, town, village_id, branch_id
-- sources: staging.stg_tasks, intermediate.int_branch_places
-- columns:
--   month: month of the claim
--   town: town
--   village_id: village
--   branch_id: grid branch
--   claimed: tasks claimed
--   done: of those, done by the cut-off
select
    cast(month_text(t.claimed_on) as varchar) as month,
    cast(b.town as varchar) as town,
    cast(b.village_id as varchar) as village_id,
    cast(t.branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as claimed,
    cast(count(*) filter (where t.is_done) as bigint) as done
from staging.stg_tasks t
left join intermediate.int_branch_places b on b.branch_id = t.branch_id and b.month = month_text(t.claimed_on)
group by month_text(t.claimed_on), b.town, b.village_id, t.branch_id
