-- A post held on the last day of a month (at the cut-off in the last) that says which metres of which river it looks after. Whose village
-- its holder belongs to plays no part.
-- grain: month, post_id
-- sources: staging.stg_post_versions, staging.stg_members, staging.stg_months
-- columns:
--   month: month
--   town: town of whoever holds it
--   post_id: the post
--   river: the river
--   from_m: from which metre of the river
--   to_m: to which metre
select
    cast(m.month as varchar) as month,
    cast(p.town as varchar) as town,
    cast(v.post_id as varchar) as post_id,
    cast(v.river as varchar) as river,
    cast(earlier_of(v.segment_from, v.segment_to) as bigint) as from_m,
    cast(later_of(v.segment_from, v.segment_to) as bigint) as to_m
from staging.stg_post_versions v
join staging.stg_months m on v.valid_from <= m.as_of and m.as_of < v.valid_until
join staging.stg_members p on p.member_id = v.member_id
where v.river is not null
    and v.segment_from is not null
    and v.segment_to is not null
    and coalesce(v.claimed_on, date '0001-01-01') <= m.as_of
    and m.as_of < coalesce(v.released_on, date '9999-12-31')
