-- Issues of a unit and month by category and difficulty.
-- grain: level, unit_id, month, category, difficulty
-- sources: intermediate.int_issues
-- columns:
--   level: town, village or branch
--   unit_id: the unit
--   month: month of the report
--   category: kind of issue
--   difficulty: easy, medium, hard; unrecorded where the exporter gives none
--   reported: issues reported
--   resolved: of those, resolved by the cut-off
with issues as (
    select town, village_id, branch_id, month, category, coalesce(difficulty, 'unrecorded') as difficulty, resolved_at
    from intermediate.int_issues
),

counted as (
    select
        case when grouping(town) = 0 then 'town' when grouping(village_id) = 0 then 'village' else 'branch' end as level,
        case when grouping(town) = 0 then town when grouping(village_id) = 0 then village_id else branch_id end as unit_id,
        month,
        category,
        difficulty,
        count(*) as reported,
        count(resolved_at) as resolved
    from issues
    group by grouping sets (
        (town, month, category, difficulty),
        (village_id, month, category, difficulty),
        (branch_id, month, category, difficulty)
    )
)

select
    cast(level as varchar) as level,
    cast(unit_id as varchar) as unit_id,
    cast(month as varchar) as month,
    cast(category as varchar) as category,
    cast(difficulty as varchar) as difficulty,
    cast(reported as bigint) as reported,
    cast(resolved as bigint) as resolved
from counted
where unit_id is not null
