-- Issues by the month they were resolved in, and whether the household was told, content, and left in peace.
-- grain: month, town, village_id, branch_id, member_id
-- sources: intermediate.int_issues, staging.stg_parameters
-- columns:
--   month: month of the resolution
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   member_id: reporting member; null where the exporter gives none
--   resolved: issues resolved in the month
--   fed_back: of those, fed back within the programme's limit
--   telling_feedback: of those, known to be fed back or not
--   reopened: of those, taken up again within the programme's limit
--   answered: of those, with an answer on satisfaction
--   telling_answer: of those, known to have an answer or none
--   satisfied: of those, satisfied
with resolved as (
    select i.*, p.feedback_days
    from intermediate.int_issues i
    cross join staging.stg_parameters p
    where i.resolved_on is not null
)

select
    cast(month_text(resolved_on) as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(member_id as varchar) as member_id,
    cast(count(*) as bigint) as resolved,
    cast(count(*) filter (where date_diff('day', resolved_on, cast(fed_back_at as date)) <= feedback_days) as bigint) as fed_back,
    cast(count(*) filter (where tells_feedback) as bigint) as telling_feedback,
    cast(count(*) filter (where reopened_within_limit) as bigint) as reopened,
    cast(count(satisfaction_answer) as bigint) as answered,
    cast(count(*) filter (where tells_answer) as bigint) as telling_answer,
    cast(count(*) filter (where satisfaction_answer = 'satisfied') as bigint) as satisfied
from resolved
group by month_text(resolved_on), town, village_id, branch_id, member_id
