-- A unit the merge file names is known to a registry; a row here is a unit that is not, most likely misspelt.
-- zh: 村组沿革（合并表）里的单位都应在名册中；每一行是一个名册里没有的编号，多半是写错了。
-- severity: warning
-- sources: staging.stg_successions, exports.successions, staging.stg_villages, staging.stg_branches
-- columns:
--   level: village or branch
--   unit_id: number no registry knows
with named as (
    select level, old_id as unit_id from staging.stg_successions
    union
    select level, new_id from staging.stg_successions
    union
    select 'branch', old_id from exports.successions where kind = 'part'
    union
    select 'village', new_id from exports.successions where kind = 'part'
)

select n.level, n.unit_id
from named n
left join staging.stg_villages v on n.level = 'village' and v.village_id = n.unit_id and v.registered
left join staging.stg_branches b on n.level = 'branch' and b.branch_id = n.unit_id and b.registered
where v.village_id is null and b.branch_id is null
