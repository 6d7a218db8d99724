-- Evening round-tables held in each month, by village.
-- grain: month, town, village_id
-- sources: exports.round_tables, staging.stg_villages, staging.stg_cut_off
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
from exports.round_tables s
cross join staging.stg_cut_off cut
join staging.stg_villages v on v.village_id = s.village_id
where s.held_on <= cut.cut_off
group by month_text(s.held_on), v.town, s.village_id
