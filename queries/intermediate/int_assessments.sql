-- One assessment of a member for a period that has ended, where the member stood at its end; where no registry of that month lists the
-- member, where he or she was last known.
-- grain: member_id, period
-- sources: staging.stg_member_ratings, staging.stg_periods, staging.stg_members, intermediate.int_member_months
-- columns:
--   member_id: member
--   period: period
--   period_start: first day
--   period_end: last day
--   town: town
--   village_id: village
--   result: pioneer, qualified, warned or unqualified
--   is_warned: warned or unqualified
--   is_dealt_with: it is on record what was done about it
select
    cast(a.member_id as varchar) as member_id,
    cast(a.period as varchar) as period,
    cast(p.period_start as date) as period_start,
    cast(p.period_end as date) as period_end,
    cast(coalesce(s.town, m.town) as varchar) as town,
    cast(coalesce(s.village_id, m.village_id) as varchar) as village_id,
    cast(a.result as varchar) as result,
    cast(a.result in ('warned', 'unqualified') as boolean) as is_warned,
    cast(a.result in ('warned', 'unqualified') and a.dealt_with is not null as boolean) as is_dealt_with
from staging.stg_member_ratings a
join staging.stg_periods p on p.period = a.period
left join intermediate.int_member_months s on s.member_id = a.member_id and s.month = month_text(p.period_end)
left join staging.stg_members m on m.member_id = a.member_id
