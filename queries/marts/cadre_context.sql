-- One active member with what a person may want to know beside the signals: context, never a score. Restricted to
-- the organisation office.
-- grain: member_id
-- sources: staging.stg_member_profiles, staging.stg_member_ratings, staging.stg_periods, marts.cadre_history, staging.stg_ratings, staging.stg_cut_off, intermediate.int_member_months, intermediate.int_households_by_month
-- columns:
--   member_id: the exporter's number
--   name: name
--   gender: male or female
--   age: whole years at the cut-off
--   education: highest education
--   years_member: whole years in the party at the cut-off
--   role: secretary, committee, group_leader or member
--   branch_id: grid branch
--   village_id: village
--   decision: newest decision written by people: list, not_list, defer or remove
--   decided_on: its day
--   member_rating: newest yearly assessment
--   villager_score: the villager representatives' view of the member's branch, newest rating
--   kind: local, in_service or mobile; null where the list does not say
--   households: households linked at the cut-off
with decisions as (
    select h.member_id, h.decision, h.decided_on
    from marts.cadre_history h
    where h.stands
),

links as (
    select h.member_id, sum(h.households) as households
    from intermediate.int_households_by_month h
    cross join staging.stg_cut_off cut
    where h.month = month_text(cut.cut_off)
    group by h.member_id
),

assessments as (
    select r.member_id, r.result, row_number() over (partition by r.member_id order by p.period_end desc, p.period_start desc) as place
    from staging.stg_member_ratings r
    join staging.stg_periods p on p.period = r.period
),

scores as (
    select branch_id, villager_score, row_number() over (partition by branch_id order by period_end desc, period_start desc) as place
    from staging.stg_ratings
    where villager_score is not null
)

select
    cast(s.member_id as varchar) as member_id,
    cast(m.name as varchar) as name,
    cast(m.gender as varchar) as gender,
    cast(floor(cast(date_diff('day', m.birth_date, cut.cut_off) as double) / 365.25) as bigint) as age,
    cast(m.education as varchar) as education,
    cast(floor(cast(date_diff('day', m.joined_on, cut.cut_off) as double) / 365.25) as bigint) as years_member,
    cast(m.role as varchar) as role,
    cast(s.branch_id as varchar) as branch_id,
    cast(s.village_id as varchar) as village_id,
    cast(d.decision as varchar) as decision,
    cast(d.decided_on as date) as decided_on,
    cast(a.result as varchar) as member_rating,
    cast(c.villager_score as double) as villager_score,
    cast(m.kind as varchar) as kind,
    cast(coalesce(l.households, 0) as bigint) as households
from intermediate.int_member_months s
cross join staging.stg_cut_off cut
join staging.stg_member_profiles m on m.member_id = s.member_id
left join decisions d on d.member_id = s.member_id
left join links l on l.member_id = s.member_id
left join assessments a on a.member_id = s.member_id and a.place = 1
left join scores c on c.branch_id = s.branch_id and c.place = 1
where s.month = month_text(cut.cut_off) and s.active = 1
