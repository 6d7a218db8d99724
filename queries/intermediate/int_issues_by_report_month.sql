-- Issues by the month they were reported in, and what has become of them by the cut-off.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_issues
-- columns:
--   month: month of the report
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   member_id: reporting member; null where the exporter gives none
--   reported: issues reported
--   resolved: of those, resolved by the cut-off
--   telling_resolution: issues of which is known whether they are resolved
--   on_the_spot: of those reported, solved on the spot
--   telling_spot: issues of which that is known
--   repeated: of those reported, the same household and category again within the limit
--   telling_household: issues of which is known who raised them
--   telling_round_table: issues of which is known whether they were raised at an evening round-table
--   from_round_table: of those, at an evening round-table
select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(count(*) as bigint) as reported,
    cast(count(resolved_at) as bigint) as resolved,
    cast(count(*) filter (where tells_resolution) as bigint) as telling_resolution,
    cast(count(*) filter (where on_the_spot) as bigint) as on_the_spot,
    cast(count(*) filter (where tells_spot) as bigint) as telling_spot,
    cast(count(*) filter (where repeated_within_limit) as bigint) as repeated,
    cast(count(*) filter (where tells_household) as bigint) as telling_household,
    cast(count(at_round_table) as bigint) as telling_round_table,
    cast(count(*) filter (where at_round_table) as bigint) as from_round_table
from intermediate.int_issues
group by month, town, village_id, branch_id, member_id
