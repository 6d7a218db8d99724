-- Issues reported since the town's programme began, up to the end of each month, and of those the ones resolved by
-- the cut-off.
-- grain: month, town, village_id, branch_id
-- sources: intermediate.int_issues, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   reported: issues reported from the start to the end of the month of which is known whether they are resolved
--   resolved: of those, resolved by the cut-off
with by_month as (
    select month, town, village_id, branch_id, count(*) as reported, count(resolved_at) as resolved
    from intermediate.int_issues
    where since_start and tells_resolution
    group by month, town, village_id, branch_id
)

select
    cast(m.month as varchar) as month,
    cast(i.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(sum(i.reported) as bigint) as reported,
    cast(sum(i.resolved) as bigint) as resolved
from by_month i
join staging.stg_months m on m.month >= i.month
group by m.month, i.town, i.village_id, i.branch_id
