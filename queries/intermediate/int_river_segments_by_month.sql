-- One stretch of a river on the last day of a month (at the cut-off in the last), and how many of its metres somebody looks after, each
-- metre once. A month in which no post of the town says where on a river it is has no rows: nothing is known of it.
-- grain: month, segment_id
-- sources: staging.stg_river_segments, intermediate.int_river_posts, intermediate.int_river_pieces
-- columns:
--   month: month
--   segment_id: the stretch
--   town: town
--   village_id: village
--   metres: how long it is
--   covered: metres that somebody looks after
--   posts: posts that look after any of it
with told as (
    select distinct month, town
    from intermediate.int_river_posts
),

covered as (
    select
        month,
        segment_id,
        sum(case when coalesce(reached, from_m) < to_m then to_m - later_of(reached, from_m) else 0 end) as covered,
        count(*) as posts
    from intermediate.int_river_pieces
    group by month, segment_id
)

select
    cast(t.month as varchar) as month,
    cast(s.segment_id as varchar) as segment_id,
    cast(s.town as varchar) as town,
    cast(s.village_id as varchar) as village_id,
    cast(s.to_m - s.from_m as bigint) as metres,
    cast(coalesce(c.covered, 0) as bigint) as covered,
    cast(coalesce(c.posts, 0) as bigint) as posts
from staging.stg_river_segments s
join told t on t.town = s.town
left join covered c on c.month = t.month and c.segment_id = s.segment_id
