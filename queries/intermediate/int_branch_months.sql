-- One registered grid branch as it stood on the last day of a month, and the meetings it held.
-- grain: month, branch_id
-- sources: staging.stg_branch_versions, staging.stg_branches, staging.stg_months, staging.stg_parameters, staging.stg_meetings
-- columns:
--   month: month
--   town: town
--   village_id: village
--   branch_id: grid branch
--   branches: 1
--   complete: 1 with committee, groups and both liaison cadres as the programme wants them
--   displayed: 1 with all three displays
--   telling_groups: 1 where the list says of both WeChat groups, the village's and its own
--   with_groups: of those, 1 with both
--   without_secretary: 1 without a secretary
--   met: 1 with a reconciliation meeting in the month
--   organisation_life: 1 with this year's organisation-life meeting held by the month's end
--   present: members present at the month's meetings that counted both
--   expected: members expected at them
--   items_done: items found done at the month's meetings that counted both
--   items_checked: items checked at them
with meetings as (
    select
        e.branch_id,
        month_text(e.held_on) as month,
        count(*) filter (where e.kind = 'reconciliation') as reconciliations,
        sum(e.present) filter (where e.expected is not null) as present,
        sum(e.expected) filter (where e.present is not null) as expected,
        sum(e.items_done) filter (where e.items_checked is not null) as items_done,
        sum(e.items_checked) filter (where e.items_done is not null) as items_checked
    from staging.stg_meetings e
    group by e.branch_id, month_text(e.held_on)
),

organisation_life as (
    select branch_id, cast(date_trunc('year', held_on) as date) as year_start, min(held_on) as first_on
    from staging.stg_meetings
    where kind = 'organisation_life'
    group by branch_id, cast(date_trunc('year', held_on) as date)
)

select
    cast(m.month as varchar) as month,
    cast(b.town as varchar) as town,
    cast(v.village_id as varchar) as village_id,
    cast(v.branch_id as varchar) as branch_id,
    cast(1 as integer) as branches,
    cast(
        case
            when v.committee_count >= p.committee
                and v.group_count >= p.groups
                and case when v.town_cadre_id is null then 0 else 1 end + case when v.village_cadre_id is null then 0 else 1 end
                >= p.liaison_cadres
                then 1
            else 0
        end as integer
    ) as complete,
    cast(case when v.display_village and v.display_branch and v.display_home then 1 else 0 end as integer) as displayed,
    cast(case when v.group_village_branch is not null and v.group_branch_member is not null then 1 else 0 end as integer) as telling_groups,
    cast(case when v.group_village_branch and v.group_branch_member then 1 else 0 end as integer) as with_groups,
    cast(case when v.secretary_id is null then 1 else 0 end as integer) as without_secretary,
    cast(case when e.reconciliations > 0 then 1 else 0 end as integer) as met,
    cast(case when o.first_on <= m.as_of then 1 else 0 end as integer) as organisation_life,
    cast(coalesce(e.present, 0) as bigint) as present,
    cast(coalesce(e.expected, 0) as bigint) as expected,
    cast(coalesce(e.items_done, 0) as bigint) as items_done,
    cast(coalesce(e.items_checked, 0) as bigint) as items_checked
from staging.stg_branch_versions v
join staging.stg_months m on v.valid_from <= m.as_of and m.as_of < v.valid_until
join staging.stg_branches b on b.branch_id = v.branch_id
cross join staging.stg_parameters p
left join meetings e on e.branch_id = v.branch_id and e.month = m.month
left join organisation_life o on o.branch_id = v.branch_id and o.year_start = cast(date_trunc('year', m.month_start) as date)
