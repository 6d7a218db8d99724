-- One registered grid branch as it stands at the cut-off.
-- grain: branch_id
-- sources: staging.stg_branch_versions, staging.stg_branches, staging.stg_cut_off, intermediate.int_branch_months, intermediate.int_member_months, intermediate.int_households_by_month, intermediate.int_untold_columns
-- columns:
--   branch_id: the exporter's number
--   village_id: village
--   name: name
--   committee_count: committee members
--   group_count: party groups
--   liaison_count: liaison cadres, of the town and of the village; null where the list does not give who they are
--   centre_households: member centre households; null where no member list says of anybody in the village
--   members: members
--   active_members: members who can be mobilised
--   households: households of the grid
--   complete: committee, groups and liaison cadres as the programme wants them
--   display_village: shown on the village board; null where the list does not say. So are the columns below
--   display_branch: shown on the branch board
--   display_home: shown at members' homes
--   governance_grid_id: governance grid it is one with
--   group_village_branch: in the WeChat group of the village and its branches
--   group_branch_member: with a WeChat group of its members
--   grid_households: households listed in a governance grid, of a branch that is in one too
--   households_apart: of those, in another grid than the branch's
with members as (
    select s.branch_id, sum(s.members) as members, sum(s.active) as active_members, sum(s.centre_household) as centre_households
    from intermediate.int_member_months s
    cross join staging.stg_cut_off cut
    where s.month = month_text(cut.cut_off)
    group by s.branch_id
),

said as (
    select s.village_id, count(s.centre_household) as members
    from intermediate.int_member_months s
    cross join staging.stg_cut_off cut
    where s.month = month_text(cut.cut_off)
    group by s.village_id
),

untold as (
    select distinct village_id
    from intermediate.int_untold_columns
    where export = 'branches' and column_id in ('town_cadre_id', 'village_cadre_id') and month is null
),

households as (
    select
        h.branch_id,
        sum(h.households) as households,
        sum(h.with_grid) as grid_households,
        sum(h.with_grid) - sum(h.in_own_grid) as households_apart
    from intermediate.int_households_by_month h
    cross join staging.stg_cut_off cut
    where h.month = month_text(cut.cut_off)
    group by h.branch_id
)

select
    cast(v.branch_id as varchar) as branch_id,
    cast(v.village_id as varchar) as village_id,
    cast(b.branch_name as varchar) as name,
    cast(v.committee_count as bigint) as committee_count,
    cast(v.group_count as bigint) as group_count,
    cast(
        case
            when u.village_id is null
                then case when v.town_cadre_id is null then 0 else 1 end + case when v.village_cadre_id is null then 0 else 1 end
        end as bigint
    ) as liaison_count,
    cast(case when a.members > 0 then coalesce(m.centre_households, 0) end as bigint) as centre_households,
    cast(coalesce(m.members, 0) as bigint) as members,
    cast(coalesce(m.active_members, 0) as bigint) as active_members,
    cast(coalesce(h.households, 0) as bigint) as households,
    cast(s.complete = 1 as boolean) as complete,
    cast(v.display_village as boolean) as display_village,
    cast(v.display_branch as boolean) as display_branch,
    cast(v.display_home as boolean) as display_home,
    cast(v.governance_grid_id as varchar) as governance_grid_id,
    cast(v.group_village_branch as boolean) as group_village_branch,
    cast(v.group_branch_member as boolean) as group_branch_member,
    cast(coalesce(h.grid_households, 0) as bigint) as grid_households,
    cast(coalesce(h.households_apart, 0) as bigint) as households_apart
from staging.stg_branch_versions v
cross join staging.stg_cut_off cut
join staging.stg_branches b on b.branch_id = v.branch_id
join intermediate.int_branch_months s on s.branch_id = v.branch_id and s.month = month_text(cut.cut_off)
left join members m on m.branch_id = v.branch_id
left join said a on a.village_id = v.village_id
left join untold u on u.village_id = v.village_id
left join households h on h.branch_id = v.branch_id
where v.valid_from <= cut.cut_off and cut.cut_off < v.valid_until
