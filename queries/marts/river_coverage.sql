-- One stretch of a river within a village, and how many of its metres somebody looks after at the cut-off.
-- grain: segment_id
-- sources: staging.stg_river_segments, staging.stg_cut_off, intermediate.int_river_segments_by_month
-- columns:
--   segment_id: the exporter's number
--   river: the river
--   village_id: village
--   from_m: from which metre of the river
--   to_m: to which metre
--   chief: cadre who is chief of the river; null where none is named
--   metres: how long the stretch is
--   covered: metres that somebody looks after; null where no post of the town says where on a river it is
--   posts: posts that look after any of it; null likewise
select
    cast(s.segment_id as varchar) as segment_id,
    cast(s.river as varchar) as river,
    cast(s.village_id as varchar) as village_id,
    cast(s.from_m as bigint) as from_m,
    cast(s.to_m as bigint) as to_m,
    cast(s.chief as varchar) as chief,
    cast(s.to_m - s.from_m as bigint) as metres,
    cast(c.covered as bigint) as covered,
    cast(c.posts as bigint) as posts
from staging.stg_river_segments s
cross join staging.stg_cut_off cut
left join intermediate.int_river_segments_by_month c on c.segment_id = s.segment_id and c.month = month_text(cut.cut_off)
