-- Visits by month, place and visiting member.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_visits, intermediate.int_doubtful_visits
-- months: intermediate.int_visits, intermediate.int_doubtful_visits
-- columns:
--   month: month
--   town: town
--   village_id: village of the household
--   branch_id: grid branch of the household
--   member_id: visiting member
--   visits: visits
--   at_month_end: of those, on the last days of the month
--   doubtful: of those, with one doubt signal or more
--   reached: households linked to the member at the month's end that one of the visits without a doubt signal reached
--   with_duty: of the visits, those of which it is on record which duty they served
--   policy: of those, served the duty policy
--   opinion: of those, served the duty opinion
--   dispute: of those, served the duty dispute
--   service: of those, served the duty service
--   governance: of those, served the duty governance
with doubtful as (
    select distinct visit_id
    from intermediate.int_doubtful_visits
)

select
    cast(v.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(v.village_id as varchar) as village_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(v.member_id as varchar) as member_id,
    cast(count(*) as bigint) as visits,
    cast(count(*) filter (where v.at_month_end) as bigint) as at_month_end,
    cast(count(d.visit_id) as bigint) as doubtful,
    cast(count(distinct case when v.linked and d.visit_id is null then v.household_id end) as bigint) as reached,
    cast(count(v.duty) as bigint) as with_duty,
    cast(count(*) filter (where v.duty = 'policy') as bigint) as policy,
    cast(count(*) filter (where v.duty = 'opinion') as bigint) as opinion,
    cast(count(*) filter (where v.duty = 'dispute') as bigint) as dispute,
    cast(count(*) filter (where v.duty = 'service') as bigint) as service,
    cast(count(*) filter (where v.duty = 'governance') as bigint) as governance
from intermediate.int_visits v
left join doubtful d on d.visit_id = v.visit_id
group by v.month, v.town, v.village_id, v.branch_id, v.member_id
