-- Scholarship and charity funds of a year, in each of its months: what a year gave is no month's figure, and in no month of the year 0.
-- A number that is not filled in adds nothing here; int_untold_columns makes the sum it belongs to unknown.
-- grain: month, town, village_id
-- sources: staging.stg_funds, staging.stg_months, staging.stg_villages
-- columns:
--   month: any month of the year
--   town: town
--   village_id: village
--   scholarship_students: beneficiaries of the year's scholarship funds
--   amount_yuan: yuan of all funds of the year
select
    cast(m.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(f.village_id as varchar) as village_id,
    cast(coalesce(sum(f.beneficiaries) filter (where f.kind = 'scholarship'), 0) as bigint) as scholarship_students,
    cast(coalesce(sum(f.amount_yuan), 0) as decimal(18, 2)) as amount_yuan
from staging.stg_funds f
join staging.stg_months m on extract(year from m.month_start) = f.year
left join staging.stg_villages v on v.village_id = f.village_id
group by m.month, v.town, f.village_id
