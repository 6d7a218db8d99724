-- Entries of points by month and place, and what became of them. In a month in which nobody of the town tells who approved an entry, or when
-- it was on display, the form did not ask: its entries tell nothing.
-- grain: month, town, village_id, branch_id
-- sources: staging.stg_points, staging.stg_members, staging.stg_cut_off, intermediate.int_member_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch of the member
--   telling_approval: entries of a month that tells of approvals
--   approved: of those, approved by somebody
--   telling_display: entries of a month that tells of displays
--   displayed: of those, on display by the cut-off
--   reversals: entries that take back earlier ones
with counted as (
    select
        month_text(e.awarded_on) as month,
        coalesce(s.town, m.town) as town,
        coalesce(s.village_id, m.village_id) as village_id,
        coalesce(s.branch_id, m.branch_id) as branch_id,
        count(*) as entries,
        count(*) filter (where e.is_approved) as approved,
        count(e.published_from) as dated,
        count(*) filter (where e.published_from <= cut.cut_off) as displayed,
        count(*) filter (where e.is_reversal) as reversals
    from staging.stg_points e
    cross join staging.stg_cut_off cut
    left join intermediate.int_member_months s on s.member_id = e.member_id and s.month = month_text(e.awarded_on)
    left join staging.stg_members m on m.member_id = e.member_id
    group by month_text(e.awarded_on), coalesce(s.town, m.town), coalesce(s.village_id, m.village_id), coalesce(s.branch_id, m.branch_id)
),

told as (
    select
        *,
        sum(approved) over (partition by month, town) > 0 as tells_approval,
        sum(dated) over (partition by month, town) > 0 as tells_display
    from counted
)

select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(case when tells_approval then entries else 0 end as bigint) as telling_approval,
    cast(approved as bigint) as approved,
    cast(case when tells_display then entries else 0 end as bigint) as telling_display,
    cast(displayed as bigint) as displayed,
    cast(reversals as bigint) as reversals
from told
