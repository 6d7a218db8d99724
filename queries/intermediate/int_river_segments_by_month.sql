-- One stretch of a river on the last day of a month (at the cut-off in the last), and how many of its metres somebody looks after: those
-- between segment_from and segment_to of the posts then held on the river, each metre once. Whose village a post's holder belongs to plays no
-- part. A month in which no post of the town says where on a river it is has no rows: nothing is known of it.
-- grain: month, segment_id
-- sources: staging.stg_river_segments, staging.stg_post_versions, staging.stg_members, staging.stg_months
-- columns:
--   month: month
--   segment_id: the stretch
--   town: town
--   village_id: village
--   metres: how long it is
--   covered: metres that somebody looks after
--   posts: posts that look after any of it
with held as (
    select
        m.month,
        p.town,
        v.post_id,
        v.river,
        earlier_of(v.segment_from, v.segment_to) as from_m,
        later_of(v.segment_from, v.segment_to) as to_m
    from staging.stg_post_versions v
    join staging.stg_months m on v.valid_from <= m.as_of and m.as_of < v.valid_until
    join staging.stg_members p on p.member_id = v.member_id
    where v.river is not null
        and v.segment_from is not null
        and v.segment_to is not null
        and coalesce(v.claimed_on, date '0001-01-01') <= m.as_of
        and m.as_of < coalesce(v.released_on, date '9999-12-31')
),

told as (
    select distinct month, town
    from held
),

-- The part of a stretch that each post looks after.
parts as (
    select
        h.month,
        s.segment_id,
        h.post_id,
        later_of(h.from_m, s.from_m) as from_m,
        earlier_of(h.to_m, s.to_m) as to_m
    from held h
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
),

covered as (
    select
        month,
        segment_id,
        sum(case when coalesce(reached, from_m) < to_m then to_m - later_of(reached, from_m) else 0 end) as covered,
        count(*) as posts
    from pieces
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
