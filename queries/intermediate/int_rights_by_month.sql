-- Rights used by linked members, by month.
-- grain: month, town, village_id, branch_id, member_id
-- sources: staging.stg_rights, staging.stg_members, intermediate.int_member_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch of the member
--   member_id: member
--   used: rights used
--   reviewed: of those, of which it is on record whether they were upheld
--   upheld: of those reviewed, upheld
select
    cast(month_text(r.used_on) as varchar) as month,
    cast(coalesce(s.town, m.town) as varchar) as town,
    cast(coalesce(s.village_id, m.village_id) as varchar) as village_id,
    cast(coalesce(s.branch_id, m.branch_id) as varchar) as branch_id,
    cast(r.member_id as varchar) as member_id,
    cast(count(*) as bigint) as used,
    cast(count(r.upheld) as bigint) as reviewed,
    cast(count(*) filter (where r.upheld) as bigint) as upheld
from staging.stg_rights r
left join intermediate.int_member_months s on s.member_id = r.member_id and s.month = month_text(r.used_on)
left join staging.stg_members m on m.member_id = r.member_id
group by
    month_text(r.used_on),
    coalesce(s.town, m.town),
    coalesce(s.village_id, m.village_id),
    coalesce(s.branch_id, m.branch_id),
    r.member_id
