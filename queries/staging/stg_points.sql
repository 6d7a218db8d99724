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
--   category: what they were given for; null where nobody says
--   is_approved: it is on record who approved the entry
--   published_from: first day it was on display; null: it was not, or nobody says
--   is_reversal: it takes back the points of an earlier entry
select
    cast(e.member_id as varchar) as member_id,
    cast(e.awarded_on as date) as awarded_on,
    cast(e.points as decimal(18, 4)) as points,
    cast(e.category as varchar) as category,
    cast(e.approved_by is not null as boolean) as is_approved,
    cast(e.published_from as date) as published_from,
    cast(e.reverses is not null as boolean) as is_reversal
from exports.points e
where e.awarded_on <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
