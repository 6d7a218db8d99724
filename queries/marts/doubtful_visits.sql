-- One doubt signal on one visit: a prompt for a call-back sample, never an accusation.
-- grain: visit_id, signal
-- sources: intermediate.int_doubtful_visits
-- months: intermediate.int_doubtful_visits
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
    cast(visit_id as varchar) as visit_id,
    cast(household_id as varchar) as household_id,
    cast(member_id as varchar) as member_id,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(visited_at as timestamp) as visited_at,
    cast(month as varchar) as month,
    cast(signal as varchar) as signal,
    cast(detail as varchar) as detail
from intermediate.int_doubtful_visits
