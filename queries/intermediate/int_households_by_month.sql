-- Households on the last day of a month, by place and linked member.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_household_months
-- months: intermediate.int_household_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   member_id: linked member; null where none is linked yet
--   households: households
--   linked: of those, with a linked member
--   with_card: of those, with a contact card issued
--   in_group: of those, in the WeChat group
--   visited: of those, visited in the month
--   vulnerable: of those, vulnerable
--   vulnerable_visited: of the vulnerable, visited in the month
--   watched: of the households, those the record of visits is long enough for: longer than the programme's limit
--   unvisited: of those watched, without a visit for longer than the limit
select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(sum(households) as bigint) as households,
    cast(sum(linked) as bigint) as linked,
    cast(sum(with_card) as bigint) as with_card,
    cast(sum(in_group) as bigint) as in_group,
    cast(sum(visited) as bigint) as visited,
    cast(sum(vulnerable) as bigint) as vulnerable,
    cast(sum(vulnerable_visited) as bigint) as vulnerable_visited,
    cast(sum(watched) as bigint) as watched,
    cast(sum(unvisited) as bigint) as unvisited
from intermediate.int_household_months
group by month, town, village_id, branch_id, member_id
