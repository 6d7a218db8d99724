-- One fund of a village over all its years up to that of the cut-off.
-- grain: village_id, kind
-- sources: staging.stg_funds
-- columns:
--   village_id: village
--   kind: scholarship or charity
--   since: year it was founded; null where nobody says
--   partner: enterprise paired with the village, the last one named; null where none is
--   first_year: first year on record
--   last_year: last year on record
--   entries: years on record
--   amounts: of those, with an amount
--   amount_yuan: yuan of the years that name an amount
--   numbers: years that name a number of people
--   beneficiaries: people of those years
with placed as (
    select
        *,
        row_number() over (partition by village_id, kind order by case when partner is null then 1 else 0 end, year desc) as place
    from staging.stg_funds
)

select
    cast(f.village_id as varchar) as village_id,
    cast(f.kind as varchar) as kind,
    cast(min(f.since) as bigint) as since,
    cast(max(case when f.place = 1 then f.partner end) as varchar) as partner,
    cast(min(f.year) as bigint) as first_year,
    cast(max(f.year) as bigint) as last_year,
    cast(count(*) as bigint) as entries,
    cast(count(f.amount_yuan) as bigint) as amounts,
    cast(coalesce(sum(f.amount_yuan), 0) as double) as amount_yuan,
    cast(count(f.beneficiaries) as bigint) as numbers,
    cast(coalesce(sum(f.beneficiaries), 0) as bigint) as beneficiaries
from placed f
group by f.village_id, f.kind
