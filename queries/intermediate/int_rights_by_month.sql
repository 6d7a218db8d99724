-- Rights used by linked members, by month.
-- grain: month, town, village_id, branch_id, member_id
-- sources: exports.rights, staging.stg_members, staging.stg_parameters
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch of the member
--   member_id: member
--   used: rights used
select
    cast(month_text(r.used_on) as varchar) as month,
    cast(m.town as varchar) as town,
    cast(m.village_id as varchar) as village_id,
    cast(m.branch_id as varchar) as branch_id,
    cast(r.member_id as varchar) as member_id,
    cast(count(*) as bigint) as used
from exports.rights r
cross join staging.stg_parameters p
left join staging.stg_members m on m.member_id = r.member_id
where r.used_on <= p.cut_off
group by month_text(r.used_on), m.town, m.village_id, m.branch_id, r.member_id
