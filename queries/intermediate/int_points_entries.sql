-- Points of one member on one day, with where the member stood then; where no registry of that month lists the
-- member, where he or she was last known.
-- grain: member_id, awarded_on
-- sources: staging.stg_points, staging.stg_members, intermediate.int_member_months
-- months: staging.stg_points.awarded_on, intermediate.int_member_months
-- columns:
--   member_id: member
--   town: town
--   village_id: village
--   branch_id: grid branch
--   awarded_on: day
--   month: month
--   points: points, deductions included
--   gained: points without deductions
--   entries: entries
with days as (
    select
        e.member_id,
        e.awarded_on,
        month_text(e.awarded_on) as month,
        sum(e.points) as points,
        sum(case when e.points > 0 then e.points else 0 end) as gained,
        count(*) as entries
    from staging.stg_points e
    group by e.member_id, e.awarded_on, month_text(e.awarded_on)
)

select
    cast(d.member_id as varchar) as member_id,
    cast(coalesce(s.town, m.town) as varchar) as town,
    cast(coalesce(s.village_id, m.village_id) as varchar) as village_id,
    cast(coalesce(s.branch_id, m.branch_id) as varchar) as branch_id,
    cast(d.awarded_on as date) as awarded_on,
    cast(d.month as varchar) as month,
    cast(d.points as decimal(18, 4)) as points,
    cast(d.gained as decimal(18, 4)) as gained,
    cast(d.entries as bigint) as entries
from days d
left join intermediate.int_member_months s on s.member_id = d.member_id and s.month = d.month
left join staging.stg_members m on m.member_id = d.member_id
