-- One fund of a village in a year up to that of the cut-off.
-- grain: village_id, kind, year
-- kind: view
-- sources: exports.funds, staging.stg_parameters
-- columns:
--   village_id: village
--   kind: scholarship, charity or another
--   year: calendar year
--   beneficiaries: people who got something
--   amount_yuan: yuan
select
    cast(f.village_id as varchar) as village_id,
    cast(f.kind as varchar) as kind,
    cast(f.year as bigint) as year,
    cast(f.beneficiaries as bigint) as beneficiaries,
    cast(f.amount_yuan as decimal(18, 2)) as amount_yuan
from exports.funds f
cross join staging.stg_parameters p
where f.year <= extract(year from p.cut_off)
