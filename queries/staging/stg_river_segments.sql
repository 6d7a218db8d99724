-- One stretch of a river within a village, by the list as it stands: rivers do not move.
-- grain: segment_id
-- kind: view
-- sources: exports.river_segments, staging.stg_villages
-- columns:
--   segment_id: the exporter's number
--   river: the river
--   town: town of the village
--   village_id: village
--   from_m: from which metre of the river
--   to_m: to which metre
--   chief: cadre who is chief of the river
select
    cast(s.segment_id as varchar) as segment_id,
    cast(s.river as varchar) as river,
    cast(v.town as varchar) as town,
    cast(s.village_id as varchar) as village_id,
    cast(coalesce(s.from_m, 0) as bigint) as from_m,
    cast(coalesce(s.from_m, 0) + s.length_m as bigint) as to_m,
    cast(s.chief as varchar) as chief
from exports.river_segments s
join staging.stg_villages v on v.village_id = s.village_id
