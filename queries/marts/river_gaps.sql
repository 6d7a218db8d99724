-- One run of metres of a river within a village that nobody looks after at the cut-off.
-- grain: segment_id, from_m
-- sources: staging.stg_river_segments, staging.stg_cut_off, intermediate.int_river_pieces, intermediate.int_river_segments_by_month
-- columns:
--   segment_id: the stretch
--   river: the river
--   village_id: village
--   from_m: from which metre of the river
--   to_m: to which metre
with pieces as (
    select p.segment_id, p.from_m, p.to_m, p.reached
    from intermediate.int_river_pieces p
    cross join staging.stg_cut_off cut
    where p.month = month_text(cut.cut_off)
),

ends as (
    select segment_id, max(to_m) as reached
    from pieces
    group by segment_id
),

known as (
    select s.segment_id, s.river, s.village_id, s.from_m, s.to_m
    from staging.stg_river_segments s
    join intermediate.int_river_segments_by_month c on c.segment_id = s.segment_id
    cross join staging.stg_cut_off cut
    where c.month = month_text(cut.cut_off)
),

gaps as (
    select s.segment_id, s.river, s.village_id, coalesce(p.reached, s.from_m) as from_m, p.from_m as to_m
    from known s
    join pieces p on p.segment_id = s.segment_id
    union all
    select s.segment_id, s.river, s.village_id, coalesce(e.reached, s.from_m), s.to_m
    from known s
    left join ends e on e.segment_id = s.segment_id
)

select
    cast(segment_id as varchar) as segment_id,
    cast(river as varchar) as river,
    cast(village_id as varchar) as village_id,
    cast(from_m as bigint) as from_m,
    cast(to_m as bigint) as to_m
from gaps
where from_m < to_m
