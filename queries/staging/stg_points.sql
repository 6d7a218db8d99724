-- One entry of points known at the cut-off.
-- grain: member_id, awarded_on, points
-- kind: view
-- sources: exports.points, staging.stg_cut_off
-- months: exports.points.awarded_on
-- standing: staging.stg_cut_off
-- columns:
--   member_id: member
--   awarded_on: day the points are for
--   points: positive when earned, negative when deducted
select
    cast(e.member_id as varchar) as member_id,
    cast(e.awarded_on as date) as awarded_on,
    cast(e.points as decimal(18, 4)) as points
from exports.points e
where e.awarded_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
