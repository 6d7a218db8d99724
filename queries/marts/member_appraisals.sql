-- What the households said of one member for one period. Restricted to the organisation office.
-- grain: member_id, period
-- sources: staging.stg_appraisals, staging.stg_periods, staging.stg_members, staging.stg_household_versions
-- columns:
--   member_id: member
--   period: period
--   village_id: village of the member
--   branch_id: grid branch of the member
--   linked: households linked to the member at the period's end
--   appraised: households that appraised the member
--   score: mean of their scores, between 0 and 100
with links as (
    select h.linked_member_id as member_id, p.period, count(*) as linked
    from staging.stg_periods p
    join staging.stg_household_versions h on h.valid_from <= p.period_end and p.period_end < h.valid_until
    where h.linked_member_id is not null and coalesce(h.linked_since <= p.period_end, true)
    group by h.linked_member_id, p.period
)

select
    cast(a.member_id as varchar) as member_id,
    cast(a.period as varchar) as period,
    cast(max(m.village_id) as varchar) as village_id,
    cast(max(m.branch_id) as varchar) as branch_id,
    cast(max(coalesce(l.linked, 0)) as bigint) as linked,
    cast(count(*) as bigint) as appraised,
    cast(avg(a.score) as double) as score
from staging.stg_appraisals a
join staging.stg_periods p on p.period = a.period
left join staging.stg_members m on m.member_id = a.member_id
left join links l on l.member_id = a.member_id and l.period = a.period
group by a.member_id, a.period
