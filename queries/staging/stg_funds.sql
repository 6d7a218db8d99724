-- One fund of a village in a year up to that of the cut-off.
-- grain: village_id, kind, year
-- kind: view
-- sources: exports.funds, staging.stg_cut_off
-- columns:
--   village_id: village
--   kind: scholarship, charity or another
--   year: calendar year
--   beneficiaries: people who got something; null where it is not filled in
--   amount_yuan: yuan; null where it is not filled in
--   partner: enterprise paired with the village; null where none is named
--   since: year the fund was founded; null where nobody says
--   file_no: the file it came with
select
    cast(f.village_id as varchar) as village_id,
    cast(f.kind as varchar) as kind,
    cast(f.year as bigint) as year,
    cast(f.beneficiaries as bigint) as beneficiaries,
    cast(f.amount_yuan as decimal(18, 2)) as amount_yuan,
    cast(f.enterprise_partner as varchar) as partner,
    cast(f.since as bigint) as since,
    cast(f._file as bigint) as file_no
from exports.funds f
cross join staging.stg_cut_off cut
where f.year <= extract(year from cut.cut_off)
