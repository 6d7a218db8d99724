-- Shortcomings named by the end of each month (by the cut-off in the last), and how many of them were mended by then.
-- grain: month, town, village_id, branch_id
-- sources: staging.stg_rectifications, intermediate.int_branch_places, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   found: named by the month's end
--   mended: of those, mended by then
select
    cast(m.month as varchar) as month,
    cast(b.town as varchar) as town,
    cast(b.village_id as varchar) as village_id,
    cast(z.branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as found,
    cast(count(*) filter (where z.mended_on <= m.as_of) as bigint) as mended
from staging.stg_rectifications z
join staging.stg_months m on z.found_on <= m.as_of
left join intermediate.int_branch_places b on b.branch_id = z.branch_id and b.month = m.month
group by m.month, b.town, b.village_id, z.branch_id
