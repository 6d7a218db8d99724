-- People of a village in a month: the newest count not after its last day; before the first count, the first. A village
-- made or ended by a merger or division counts between the two only.
-- grain: month, village_id
-- sources: staging.stg_population, staging.stg_unit_lives, staging.stg_villages, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   residents: residents
--   migrants: migrants
--   people: both together
with counts as (
    select
        village_id,
        as_of,
        residents,
        migrants,
        lag(as_of) over (partition by village_id order by as_of) as previous,
        lead(as_of) over (partition by village_id order by as_of) as next
    from staging.stg_population
),

holding as (
    select
        c.*,
        case when c.previous is null then coalesce(l.begins_on, date '0001-01-01') else later_of(c.as_of, l.begins_on) end as valid_from,
        earlier_of(coalesce(c.next, date '9999-12-31'), l.ends_on) as valid_until
    from counts c
    left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = c.village_id
)

select
    cast(m.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(h.village_id as varchar) as village_id,
    cast(h.residents as bigint) as residents,
    cast(h.migrants as bigint) as migrants,
    cast(h.residents + h.migrants as bigint) as people
from holding h
join staging.stg_months m on h.valid_from <= m.as_of and m.as_of < h.valid_until
join staging.stg_villages v on v.village_id = h.village_id
