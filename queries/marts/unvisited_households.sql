-- One household not visited for longer than the programme's limit (60 days) at the cut-off, where its village's visits of
-- that time are known.
-- grain: household_id
-- sources: intermediate.int_household_months, staging.stg_visits, staging.stg_first_visit, intermediate.int_unknown_months, staging.stg_cut_off, staging.stg_parameters
-- columns:
--   household_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch
--   linked_member_id: linked member
--   vulnerable: whether the household is vulnerable
--   last_visited_at: day of the last visit; null: never on record
--   days_since: days since then; null: never on record
with visits as (
    select household_id, max(visited_on) as last_visited_on
    from staging.stg_visits
    group by household_id
)

select
    cast(h.household_id as varchar) as household_id,
    cast(h.town as varchar) as town,
    cast(h.village_id as varchar) as village_id,
    cast(h.branch_id as varchar) as branch_id,
    cast(h.member_id as varchar) as linked_member_id,
    cast(h.vulnerable as boolean) as vulnerable,
    cast(v.last_visited_on as date) as last_visited_at,
    cast(date_diff('day', v.last_visited_on, cut.cut_off) as bigint) as days_since
from intermediate.int_household_months h
cross join staging.stg_cut_off cut
cross join staging.stg_parameters p
cross join staging.stg_first_visit r
left join visits v on v.household_id = h.household_id
left join intermediate.int_unknown_months k on k.measure = 'unvisited_share' and k.village_id = h.village_id and k.month = h.month
where h.month = month_text(cut.cut_off) and k.measure is null
    and date_diff('day', r.first_on, cut.cut_off) >= p.unvisited_days
    and coalesce(date_diff('day', v.last_visited_on, cut.cut_off) > p.unvisited_days, true)
