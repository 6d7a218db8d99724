-- Every village with members or households has a count of its people; a row here is a village without one.
-- zh: 凡有党员或农户的村都应报有人口数；每一行是一个没有报人口数的村。
-- severity: warning
-- sources: staging.stg_villages, exports.population, exports.households, staging.stg_members
-- columns:
--   village_id: village without a population
select v.village_id
from staging.stg_villages v
where not exists (select 1 from exports.population p where p.village_id = v.village_id)
    and (
        exists (select 1 from exports.households h where h.village_id = v.village_id)
        or exists (select 1 from staging.stg_members m where m.village_id = v.village_id)
    )
