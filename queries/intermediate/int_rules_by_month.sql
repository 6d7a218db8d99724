-- Uses of the village rules by month.
-- grain: month, town, village_id
-- sources: staging.stg_rules, staging.stg_villages
-- columns:
--   month: month
--   town: town
--   village_id: village
--   used: articles used
select
    cast(month_text(r.used_on) as varchar) as month,
    cast(v.town as varchar) as town,
    cast(r.village_id as varchar) as village_id,
    cast(count(*) as bigint) as used
from staging.stg_rules r
join staging.stg_villages v on v.village_id = r.village_id
where r.used_on is not null
group by month_text(r.used_on), v.town, r.village_id
