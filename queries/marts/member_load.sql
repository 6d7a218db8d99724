-- One member in the month of the cut-off: households linked and visits made.
-- grain: member_id
-- sources: intermediate.int_member_months, intermediate.int_spoken_months, staging.stg_members, staging.stg_cut_off
-- columns:
--   member_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch
--   name: name; masked by whoever shows it
--   duty_status: active or exempt
--   households: households linked
--   visits_month: visits made in the month; null where the visits of the member's village are not known
--   month: month of the cut-off
select
    cast(s.member_id as varchar) as member_id,
    cast(s.town as varchar) as town,
    cast(s.village_id as varchar) as village_id,
    cast(s.branch_id as varchar) as branch_id,
    cast(m.member_name as varchar) as name,
    cast(case when s.active = 1 then 'active' else 'exempt' end as varchar) as duty_status,
    cast(s.households as bigint) as households,
    cast(case when v.village_id is not null and v.reason is null then s.visits end as bigint) as visits_month,
    cast(s.month as varchar) as month
from intermediate.int_member_months s
join staging.stg_members m on m.member_id = s.member_id
cross join staging.stg_cut_off cut
left join intermediate.int_spoken_months v on v.export = 'visits' and v.village_id = s.village_id and v.month = s.month
where s.month = month_text(cut.cut_off)
