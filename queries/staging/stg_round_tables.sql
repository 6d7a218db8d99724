-- One evening round-table held by the cut-off.
-- grain: village_id, held_on
-- kind: view
-- sources: exports.round_tables, staging.stg_cut_off
-- columns:
--   village_id: village
--   held_on: the evening
select
    cast(s.village_id as varchar) as village_id,
    cast(s.held_on as date) as held_on
from exports.round_tables s
where s.held_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
