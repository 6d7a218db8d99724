-- One grid branch on the last day of a month whose list of members says who is a centre household, and whether it has one.
-- grain: month, branch_id
-- sources: intermediate.int_member_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   branches: 1
--   with_centre: 1 with a centre household or more
select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(1 as integer) as branches,
    cast(max(centre_household) as integer) as with_centre
from intermediate.int_member_months
where centre_household is not null
group by month, town, village_id, branch_id
