-- One unit a measure may belong to: town, village or grid branch.
-- grain: level, unit_id
-- sources: staging.stg_towns, staging.stg_villages, staging.stg_branches
-- columns:
--   level: town, village or branch
--   unit_id: the town's name, the village's or the branch's number
--   unit_name: name
--   parent_id: the unit one level up; null for a town
--   town: town
--   village_id: village; null for a town
--   branch_id: branch; null above
--   phase: pilot or rollout, of the village
--   kind: what the committee calls the village, weak, dispute_prone or complicated; null: not told
--   programme_start: the day the unit joined the programme; for a town the day its programme began
-- checks:
--   not_null: level, unit_id, unit_name
select
    cast('town' as varchar) as level,
    cast(town as varchar) as unit_id,
    cast(town as varchar) as unit_name,
    cast(null as varchar) as parent_id,
    cast(town as varchar) as town,
    cast(null as varchar) as village_id,
    cast(null as varchar) as branch_id,
    cast(null as varchar) as phase,
    cast(null as varchar) as kind,
    cast(programme_start as date) as programme_start
from staging.stg_towns
union all
select 'village', village_id, village_name, town, town, village_id, null, phase, kind, programme_start
from staging.stg_villages
union all
select 'branch', b.branch_id, b.branch_name, b.village_id, b.town, b.village_id, b.branch_id, v.phase, v.kind, v.programme_start
from staging.stg_branches b
left join staging.stg_villages v on v.village_id = b.village_id
