-- One version of a grid branch row and the days between which it holds.
-- grain: branch_id, valid_from
-- sources: exports.branches, history.branches, staging.stg_files, staging.stg_unit_lives
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
--   valid_from: first day it holds; what the first list of a place names and no earlier list
--     placed elsewhere stands in for the time before, unless the place began later than the records
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
        _file as file_no,
        cast(null as bigint) as until_file
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
        _file,
        _until_file
    from history.branches
),

dated as (
    select
        v.*,
        coalesce(f.speaks_for, date '0001-01-01') as speaks_for,
        coalesce(u.speaks_for, date '9999-12-31') as replaced_on
    from versions v
    left join staging.stg_files f on f.file_no = v.file_no
    left join staging.stg_files u on u.file_no = v.until_file
),

-- A row replaced by a file that speaks for the same day was never true.
standing as (
    select
        d.*,
        min(d.speaks_for) over (partition by d.village_id) as first_known,
        min(d.speaks_for) over (partition by d.branch_id) as own_first,
        min(d.speaks_for) over () as record_begins
    from dated d
    where speaks_for < replaced_on
),

starting as (
    select
        s.*,
        case
            when s.speaks_for = s.first_known and s.speaks_for = s.own_first
                and (l.begins_on is null or s.speaks_for < l.begins_on or s.speaks_for = s.record_begins)
                then date '0001-01-01'
            else s.speaks_for
        end as valid_from
    from standing s
    left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = s.village_id
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by branch_id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(branch_id as varchar) as branch_id,
    cast(village_id as varchar) as village_id,
    cast(secretary_id as varchar) as secretary_id,
    cast(committee_count as bigint) as committee_count,
    cast(group_count as bigint) as group_count,
    cast(town_cadre_id as varchar) as town_cadre_id,
    cast(village_cadre_id as varchar) as village_cadre_id,
    cast(display_village as boolean) as display_village,
    cast(display_branch as boolean) as display_branch,
    cast(display_home as boolean) as display_home,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
