-- Full-time cadres of a village in a month.
-- grain: month, village_id
-- sources: staging.stg_cadre_versions, staging.stg_villages, staging.stg_months
-- columns:
--   month: month
--   town: town
--   village_id: village
--   cadres: full-time cadres of the village
select
    cast(m.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(c.village_id as varchar) as village_id,
    cast(count(*) filter (where c.full_time_rural) as bigint) as cadres
from staging.stg_cadre_versions c
join staging.stg_months m on c.valid_from <= m.as_of and m.as_of < c.valid_until
join staging.stg_villages v on v.village_id = c.village_id
group by m.month, v.town, c.village_id
