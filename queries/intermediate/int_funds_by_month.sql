-- Scholarship and charity funds of a year, booked in its December, those of the running year in the month of the cut-off.
-- grain: month, town, village_id
-- sources: staging.stg_funds, staging.stg_villages, staging.stg_parameters
-- columns:
--   month: month of the booking
--   town: town
--   village_id: village
--   scholarship_students: beneficiaries of scholarship funds
--   amount_yuan: yuan of all funds
with booked as (
    select
        f.village_id,
        f.kind,
        f.beneficiaries,
        f.amount_yuan,
        earlier_of(try_cast(cast(f.year as varchar) || '-12-01' as date), cast(date_trunc('month', p.cut_off) as date)) as booked_on
    from staging.stg_funds f
    cross join staging.stg_parameters p
)

select
    cast(month_text(b.booked_on) as varchar) as month,
    cast(v.town as varchar) as town,
    cast(b.village_id as varchar) as village_id,
    cast(coalesce(sum(b.beneficiaries) filter (where b.kind = 'scholarship'), 0) as bigint) as scholarship_students,
    cast(coalesce(sum(b.amount_yuan), 0) as decimal(18, 2)) as amount_yuan
from booked b
left join staging.stg_villages v on v.village_id = b.village_id
where b.booked_on is not null
group by month_text(b.booked_on), v.town, b.village_id
