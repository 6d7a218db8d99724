-- One village as last known: the registry's row, or the last one before it left the registry. Villages that no
-- registry ever listed but other exports mention stand in with their number as name, so that what happened there is
-- still counted.
-- grain: village_id
-- sources: exports.villages, history.villages, exports.population, exports.branches, exports.households, exports.issues, exports.cadres, exports.funds
-- columns:
--   village_id: the exporter's number
--   village_name: as registered, else the number
--   town: as registered, else the only town there is, else 未登记
--   programme_start: the day the village joined the programme
--   phase: pilot or rollout
--   kind: what the committee calls it, weak, dispute_prone or complicated; null: not told
--   registered: whether a registry lists or listed it
-- checks:
--   not_null: village_id, village_name, town
with rows_known as (
    select village_id, name, town, programme_start, phase, kind, cast(null as bigint) as until_file, _file as file_no
    from exports.villages
    union all
    select village_id, name, town, programme_start, phase, kind, _until_file, _file
    from history.villages
),

latest as (
    select
        *,
        row_number() over (
            partition by village_id order by case when until_file is null then 0 else 1 end, until_file desc, file_no desc
        ) as place
    from rows_known
),

registered as (
    select village_id, name, town, programme_start, phase, kind
    from latest
    where place = 1
),

only_town as (
    select case when count(distinct town) = 1 then max(town) end as town
    from registered
),

mentioned as (
    select village_id from exports.population
    union
    select village_id from exports.branches
    union
    select village_id from exports.households
    union
    select village_id from exports.issues
    union
    select village_id from exports.cadres
    union
    select village_id from exports.funds
)

select
    cast(village_id as varchar) as village_id,
    cast(coalesce(name, village_id) as varchar) as village_name,
    cast(town as varchar) as town,
    cast(programme_start as date) as programme_start,
    cast(phase as varchar) as phase,
    cast(kind as varchar) as kind,
    cast(true as boolean) as registered
from registered
union all
select
    m.village_id,
    m.village_id,
    coalesce(t.town, '未登记'),
    null,
    null,
    null,
    false
from mentioned m
cross join only_town t
where m.village_id is not null
    and not exists (select 1 from registered r where r.village_id = m.village_id)
