-- One doubt signal on one visit: a prompt for a call-back sample, never an accusation.
-- grain: visit_id, signal
-- sources: intermediate.int_doubtful_visits, intermediate.int_visits
-- columns:
--   visit_id: the exporter's number
--   household_id: household
--   member_id: visiting member
--   village_id: village of the household
--   branch_id: grid branch of the household
--   visited_at: when
--   month: month
--   signal: same_minute, same_text, impossible_count, exempt_visitor or link_mismatch
--   detail: the number or member behind it
select
    cast(d.visit_id as varchar) as visit_id,
    cast(v.household_id as varchar) as household_id,
    cast(v.member_id as varchar) as member_id,
    cast(v.village_id as varchar) as village_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(v.visited_at as timestamp) as visited_at,
    cast(v.month as varchar) as month,
    cast(d.signal as varchar) as signal,
    cast(d.detail as varchar) as detail
from intermediate.int_doubtful_visits d
join intermediate.int_visits v on v.visit_id = d.visit_id
