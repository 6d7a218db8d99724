-- One version of a grid branch row and the days between which it holds.
-- grain: branch_id, valid_from
-- sources: exports.branches, history.branches, staging.stg_registry_spans
-- columns:
--   branch_id: the exporter's number
--   village_id: its village
--   secretary_id: member who is secretary
--   committee_count: committee members
--   group_count: party groups
--   town_cadre_id: liaison cadre of the town
--   village_cadre_id: liaison cadre of the village
--   display_village: shown on the village board
--   display_branch: shown on the branch board
--   display_home: shown at members' homes
--   governance_grid_id: governance grid it is one with
--   group_village_branch: in the WeChat group of the village
--   group_branch_member: with a WeChat group of its members
--   valid_from: first day it holds
--   valid_until: first day it no longer holds
-- checks:
--   not_null: branch_id, valid_from, valid_until
with versions as (
    select
        branch_id,
        village_id,
        secretary_id,
        committee_count,
        group_count,
        town_cadre_id,
        village_cadre_id,
        display_village,
        display_branch,
        display_home,
        governance_grid_id,
        group_village_branch,
        group_branch_member,
        _file as file_no,
        0 as until_file
    from exports.branches
    union all
    select
        branch_id,
        village_id,
        secretary_id,
        committee_count,
        group_count,
        town_cadre_id,
        village_cadre_id,
        display_village,
        display_branch,
        display_home,
        governance_grid_id,
        group_village_branch,
        group_branch_member,
        _file,
        _until_file
    from history.branches
)

select
    cast(v.branch_id as varchar) as branch_id,
    cast(v.village_id as varchar) as village_id,
    cast(v.secretary_id as varchar) as secretary_id,
    cast(v.committee_count as bigint) as committee_count,
    cast(v.group_count as bigint) as group_count,
    cast(v.town_cadre_id as varchar) as town_cadre_id,
    cast(v.village_cadre_id as varchar) as village_cadre_id,
    cast(v.display_village as boolean) as display_village,
    cast(v.display_branch as boolean) as display_branch,
    cast(v.display_home as boolean) as display_home,
    cast(v.governance_grid_id as varchar) as governance_grid_id,
    cast(v.group_village_branch as boolean) as group_village_branch,
    cast(v.group_branch_member as boolean) as group_branch_member,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from versions v
join staging.stg_registry_spans s
    on s.registry = 'branches' and s.id = v.branch_id and s.file_no = v.file_no and s.until_file = v.until_file
