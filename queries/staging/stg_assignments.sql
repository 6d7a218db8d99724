-- One grid branch of a divided village that the merge file assigns to a village, known at the cut-off.
-- grain: branch_id, village_id
-- kind: view
-- sources: exports.successions, staging.stg_cut_off
-- columns:
--   branch_id: grid branch
--   village_id: village it went to; it may have been merged since
select
    cast(s.old_id as varchar) as branch_id,
    cast(s.new_id as varchar) as village_id
from exports.successions s
cross join staging.stg_cut_off cut
where s.kind = 'part' and s.from_on <= cut.cut_off
group by s.old_id, s.new_id
