-- The part of a stretch of river that one post looks after on the last day of a month (at the cut-off in the last): from segment_from to
-- segment_to of a post held then on the river. Whose village its holder belongs to plays no part.
-- grain: month, segment_id, post_id
-- sources: staging.stg_river_segments, intermediate.int_river_posts
-- columns:
--   month: month
--   segment_id: the stretch
--   post_id: the post
--   from_m: from which metre of the river
--   to_m: to which metre
--   reached: how far those go that begin before it; null of the first
with parts as (
    select
        h.month,
        s.segment_id,
        h.post_id,
        later_of(h.from_m, s.from_m) as from_m,
        earlier_of(h.to_m, s.to_m) as to_m
    from intermediate.int_river_posts h
    join staging.stg_river_segments s on s.town = h.town and s.river = h.river and h.from_m < s.to_m and s.from_m < h.to_m
),

-- Each from where those that begin before it have come to, so that no metre counts twice.
pieces as (
    select
        *,
        max(to_m) over (
            partition by month, segment_id order by from_m, post_id rows between unbounded preceding and 1 preceding
        ) as reached
    from parts
)

select
    cast(month as varchar) as month,
    cast(segment_id as varchar) as segment_id,
    cast(post_id as varchar) as post_id,
    cast(from_m as bigint) as from_m,
    cast(to_m as bigint) as to_m,
    cast(reached as bigint) as reached
from pieces
