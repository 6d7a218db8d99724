-- Issues by the month their deadline fell in, deadlines up to the cut-off only: a backlog cannot hide in this cohort.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_issues, staging.stg_cut_off
-- columns:
--   month: month of the deadline
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   member_id: reporting member; null where the exporter gives none
--   due: issues whose deadline fell in the month, and of which is known whether they are resolved
--   on_time: of those, resolved on or before the day of the deadline, and by its time of day where both are given
with due as (
    select i.*
    from intermediate.int_issues i
    cross join staging.stg_cut_off cut
    where i.due_on <= cut.cut_off and i.tells_resolution
)

select
    cast(month_text(due_on) as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(count(*) as bigint) as due,
    cast(
        count(*) filter (
            where resolved_on <= due_on
            and not coalesce(resolved_at > due_at and resolved_at > cast(resolved_on as timestamp), false)
        ) as bigint
    ) as on_time
from due
group by month_text(due_on), town, village_id, branch_id, member_id
