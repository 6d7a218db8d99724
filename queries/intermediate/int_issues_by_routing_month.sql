-- Issues by the month they were routed in; an issue routed without a date counts in the month of its report.
-- grain: month, town, village_id, branch_id
-- sources: intermediate.int_issues
-- columns:
--   month: month of the routing
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   routed: issues routed
--   escalated: of those, to the village or the town
with routed as (
    select
        case when routed_at is null then month else month_text(cast(routed_at as date)) end as month,
        town,
        village_id,
        branch_id,
        routed_to
    from intermediate.int_issues
    where routed_to is not null
)

select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(count(*) as bigint) as routed,
    cast(count(*) filter (where routed_to in ('village', 'town')) as bigint) as escalated
from routed
group by month, town, village_id, branch_id
