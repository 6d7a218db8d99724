-- One grid branch as last known: the registry's row, or the last one before it left the registry. Branches that no
-- registry ever listed but other exports mention stand in with their number as name.
-- grain: branch_id
-- sources: exports.branches, history.branches, exports.households, exports.members, exports.issues, staging.stg_villages
-- columns:
--   branch_id: the exporter's number
--   branch_name: as registered, else the number
--   village_id: its village; null where nothing says it
--   town: town of the village
--   registered: whether a registry lists or listed it
-- checks:
--   not_null: branch_id, branch_name
with rows_known as (
    select branch_id, name, village_id, cast(null as bigint) as until_file, _file as file_no
    from exports.branches
    union all
    select branch_id, name, village_id, _until_file, _file
    from history.branches
),

latest as (
    select
        *,
        row_number() over (
            partition by branch_id order by case when until_file is null then 0 else 1 end, until_file desc, file_no desc
        ) as place
    from rows_known
),

mentioned as (
    select branch_id, village_id from exports.households
    union
    select branch_id, village_id from exports.issues
    union
    select branch_id, cast(null as varchar) as village_id from exports.members
),

unregistered as (
    select m.branch_id, max(m.village_id) as village_id
    from mentioned m
    where m.branch_id is not null
        and not exists (select 1 from latest b where b.branch_id = m.branch_id)
    group by m.branch_id
),

all_branches as (
    select branch_id, coalesce(name, branch_id) as branch_name, village_id, true as registered
    from latest
    where place = 1
    union all
    select branch_id, branch_id, village_id, false
    from unregistered
)

select
    cast(b.branch_id as varchar) as branch_id,
    cast(b.branch_name as varchar) as branch_name,
    cast(b.village_id as varchar) as village_id,
    cast(v.town as varchar) as town,
    cast(b.registered as boolean) as registered
from all_branches b
left join staging.stg_villages v on v.village_id = b.village_id
