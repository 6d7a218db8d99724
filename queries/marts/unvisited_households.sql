-- One household not visited for longer than the programme's limit (60 days) at the cut-off, where its village's visits of
-- that time are known.
-- grain: household_id
-- sources: intermediate.int_household_months, intermediate.int_unknown_months, staging.stg_parameters
-- columns:
--   household_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch
--   linked_member_id: linked member
--   vulnerable: whether the household is vulnerable
--   last_visited_at: day of the last visit; null: never on record
--   days_since: days since then; null: never on record
select
    cast(h.household_id as varchar) as household_id,
    cast(h.town as varchar) as town,
    cast(h.village_id as varchar) as village_id,
    cast(h.branch_id as varchar) as branch_id,
    cast(h.member_id as varchar) as linked_member_id,
    cast(h.vulnerable = 1 as boolean) as vulnerable,
    cast(h.last_visited_on as date) as last_visited_at,
    cast(date_diff('day', h.last_visited_on, p.cut_off) as bigint) as days_since
from intermediate.int_household_months h
cross join staging.stg_parameters p
left join intermediate.int_unknown_months k on k.measure = 'unvisited_share' and k.village_id = h.village_id and k.month = h.month
where h.month = month_text(p.cut_off) and h.unvisited = 1 and k.measure is null
