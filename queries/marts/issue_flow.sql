-- One issue on its way through the five steps, as it stands at the cut-off.
-- grain: issue_id
-- sources: intermediate.int_issues, staging.stg_cut_off
-- columns:
--   issue_id: the exporter's number
--   town: town
--   village_id: village
--   branch_id: grid branch; null where the exporter gives none
--   household_id: household that raised it
--   reporter_member_id: member who reported it
--   category: kind of issue
--   difficulty: easy, medium or hard
--   title: a few words
--   month: month of the report
--   reported_at: step 1, collected
--   classified_at: step 2
--   routed_at: step 3
--   routed_to: member, branch, village or town
--   supervised_at: pressed for
--   resolved_at: step 4 ends
--   fed_back_at: step 5
--   due_on: deadline
--   on_the_spot: solved when it was raised
--   state: open, overdue, resolved or fed_back; unknown where its file does not say whether it is resolved
--   age_days: whole days since the report, of those open
--   overdue_days: whole days past the deadline, of those overdue
--   days_classify: days from report to classification; null where not reached
--   days_route: days from classification to routing
--   days_resolve: days from routing to resolution
--   days_feedback: days from resolution to feedback
--   days_to_resolve: days from report to resolution
--   reopened: taken up again within the programme's limit (reopen_days) after its resolution
--   repeated: the same household and category within the programme's limit (repeat_days) before
--   satisfaction_answer: satisfied, neutral or dissatisfied; null without an answer
--   tells_household: its file names the household
--   tells_deadline: its file gives the deadline
--   tells_answer: its file says whether the household is satisfied
--   since_start: reported since the town's programme began
with standing as (
    select
        i.*,
        case when i.resolved_at is null and i.tells_resolution then date_diff('day', i.reported_on, cut.cut_off) end as age_days,
        case
            when i.resolved_at is null and i.tells_resolution and i.due_on < cut.cut_off then date_diff('day', i.due_on, cut.cut_off)
        end as overdue_days
    from intermediate.int_issues i
    cross join staging.stg_cut_off cut
)

select
    cast(issue_id as varchar) as issue_id,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(branch_id as varchar) as branch_id,
    cast(household_id as varchar) as household_id,
    cast(member_id as varchar) as reporter_member_id,
    cast(category as varchar) as category,
    cast(difficulty as varchar) as difficulty,
    cast(title as varchar) as title,
    cast(month as varchar) as month,
    cast(reported_at as timestamp) as reported_at,
    cast(classified_at as timestamp) as classified_at,
    cast(routed_at as timestamp) as routed_at,
    cast(routed_to as varchar) as routed_to,
    cast(supervised_at as timestamp) as supervised_at,
    cast(resolved_at as timestamp) as resolved_at,
    cast(fed_back_at as timestamp) as fed_back_at,
    cast(due_on as date) as due_on,
    cast(on_the_spot as boolean) as on_the_spot,
    cast(
        case
            when resolved_at is not null and fed_back_at is not null then 'fed_back'
            when resolved_at is not null then 'resolved'
            when not tells_resolution then 'unknown'
            when overdue_days is not null then 'overdue'
            else 'open'
        end as varchar
    ) as state,
    cast(age_days as bigint) as age_days,
    cast(overdue_days as bigint) as overdue_days,
    cast(days_classify as double) as days_classify,
    cast(days_route as double) as days_route,
    cast(days_resolve as double) as days_resolve,
    cast(days_feedback as double) as days_feedback,
    cast(days_to_resolve as double) as days_to_resolve,
    cast(reopened_within_limit as boolean) as reopened,
    cast(repeated_within_limit as boolean) as repeated,
    cast(satisfaction_answer as varchar) as satisfaction_answer,
    cast(tells_household as boolean) as tells_household,
    cast(tells_deadline as boolean) as tells_deadline,
    cast(tells_answer as boolean) as tells_answer,
    cast(since_start as boolean) as since_start
from standing
