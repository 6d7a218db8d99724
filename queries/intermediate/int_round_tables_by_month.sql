-- Evening round-tables held in each month, by village.
-- grain: month, town, village_id
-- sources: staging.stg_round_tables, staging.stg_villages
-- columns:
--   month: month
--   town: town
--   village_id: village
--   held: round-tables held
select
    cast(month_text(s.held_on) as varchar) as month,
    cast(v.town as varchar) as town,
    cast(s.village_id as varchar) as village_id,
    cast(count(*) as bigint) as held
from staging.stg_round_tables s
join staging.stg_villages v on v.village_id = s.village_id
group by month_text(s.held_on), v.town, s.village_id
