-- One issue with how long each step took, its deadline and how it stands at the cut-off.
-- grain: issue_id
-- sources: staging.stg_issues, staging.stg_cut_off, staging.stg_parameters
-- columns:
--   issue_id: the exporter's number
--   town: town of the village
--   village_id: village the issue arose in
--   branch_id: grid branch; null where the exporter gives none
--   household_id: household that raised it
--   member_id: member who reported it
--   at_round_table: whether it was raised at an evening round-table
--   category: kind of issue
--   difficulty: easy, medium or hard
--   title: a few words
--   on_the_spot: solved when it was raised
--   month: month of the report
--   reported_at: step 1, collected
--   classified_at: step 2
--   routed_at: step 3
--   routed_to: member, branch, village or town
--   resolved_at: step 4 ends
--   fed_back_at: step 5, the household was told
--   supervised_at: step 4 was pressed for
--   responsible_cadre_id: as in stg_issues
--   supervisor_id: as in stg_issues
--   due_on: deadline; where the export gives none, the programme's for the difficulty if it has one, except for issues solved on the spot
--   due_at: deadline with its time of day; null where only the day is known
--   reported_on: day of the report
--   resolved_on: day it was resolved
--   satisfaction_answer: satisfied, neutral, dissatisfied; null where nobody answered
--   since_start: reported since the town's programme began
--   tells_spot: as in stg_issues
--   tells_household: as in stg_issues
--   tells_deadline: whether its deadline is known: from its file, the programme, or because it was solved on the spot
--   tells_supervision: as in stg_issues
--   tells_classification: as in stg_issues
--   tells_routing: as in stg_issues
--   tells_handler: as in stg_issues
--   tells_holder: as in stg_issues
--   tells_supervisor: as in stg_issues
--   tells_resolution: as in stg_issues
--   tells_feedback: as in stg_issues
--   tells_answer: as in stg_issues
--   tells_reopening: as in stg_issues
--   days_classify: days from report to classification; null where it was not reached
--   days_route: days from classification to routing
--   days_resolve: days from routing to resolution
--   days_feedback: days from resolution to feedback
--   days_to_resolve: days from report to resolution
--   days_open_to_cut_off: days from report to the end of the cut-off day
--   reopened_within_limit: taken up again by a later issue within the programme's limit after its resolution
--   repeated_within_limit: the same household raised the same category within the programme's limit before
-- checks:
--   not_null: issue_id, month
with reopening as (
    -- Whoever asks again while an issue is still open urges it on; the first who comes after it was resolved reopens it.
    select
        i.issue_id,
        min(later.reported_at) as reopened_at
    from staging.stg_issues later
    join staging.stg_issues i on i.issue_id = later.reopened_from and later.reported_at >= i.resolved_at
    group by i.issue_id
),

earlier as (
    select
        issue_id,
        lag(reported_at) over (partition by household_id, category order by reported_at, issue_id) as previous_at
    from staging.stg_issues
    where household_id is not null
),

due as (
    select
        i.*,
        case
            when i.due_on is not null then i.due_on
            when i.on_the_spot then null
            when i.difficulty = 'easy' and p.due_days_easy > 0 then i.reported_on + p.due_days_easy * interval '1' day
            when i.difficulty = 'medium' and p.due_days_medium > 0 then i.reported_on + p.due_days_medium * interval '1' day
            when i.difficulty = 'hard' and p.due_days_hard > 0 then i.reported_on + p.due_days_hard * interval '1' day
        end as deadline_on
    from staging.stg_issues i
    cross join staging.stg_parameters p
)

select
    cast(i.issue_id as varchar) as issue_id,
    cast(i.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(i.household_id as varchar) as household_id,
    cast(i.reporter_member_id as varchar) as member_id,
    cast(i.at_round_table as boolean) as at_round_table,
    cast(i.category as varchar) as category,
    cast(i.difficulty as varchar) as difficulty,
    cast(i.title as varchar) as title,
    cast(i.on_the_spot as boolean) as on_the_spot,
    cast(month_text(i.reported_on) as varchar) as month,
    cast(i.reported_at as timestamp) as reported_at,
    cast(i.classified_at as timestamp) as classified_at,
    cast(i.routed_at as timestamp) as routed_at,
    cast(i.routed_to as varchar) as routed_to,
    cast(i.resolved_at as timestamp) as resolved_at,
    cast(i.fed_back_at as timestamp) as fed_back_at,
    cast(i.supervised_at as timestamp) as supervised_at,
    cast(i.responsible_cadre_id as varchar) as responsible_cadre_id,
    cast(i.supervisor_id as varchar) as supervisor_id,
    cast(i.deadline_on as date) as due_on,
    cast(i.due_at as timestamp) as due_at,
    cast(i.reported_on as date) as reported_on,
    cast(i.resolved_on as date) as resolved_on,
    cast(i.satisfaction_answer as varchar) as satisfaction_answer,
    cast(i.since_start as boolean) as since_start,
    cast(i.tells_spot as boolean) as tells_spot,
    cast(i.tells_household as boolean) as tells_household,
    cast(i.tells_deadline or i.deadline_on is not null or i.on_the_spot as boolean) as tells_deadline,
    cast(i.tells_supervision as boolean) as tells_supervision,
    cast(i.tells_classification as boolean) as tells_classification,
    cast(i.tells_routing as boolean) as tells_routing,
    cast(i.tells_handler as boolean) as tells_handler,
    cast(i.tells_holder as boolean) as tells_holder,
    cast(i.tells_supervisor as boolean) as tells_supervisor,
    cast(i.tells_resolution as boolean) as tells_resolution,
    cast(i.tells_feedback as boolean) as tells_feedback,
    cast(i.tells_answer as boolean) as tells_answer,
    cast(i.tells_reopening as boolean) as tells_reopening,
    cast(days_between(i.reported_at, i.classified_at) as double) as days_classify,
    cast(days_between(i.classified_at, i.routed_at) as double) as days_route,
    cast(days_between(i.routed_at, i.resolved_at) as double) as days_resolve,
    cast(days_between(i.resolved_at, i.fed_back_at) as double) as days_feedback,
    cast(days_between(i.reported_at, i.resolved_at) as double) as days_to_resolve,
    cast(days_between(i.reported_at, cast(cut.cut_off as timestamp) + interval '1' day) as double) as days_open_to_cut_off,
    cast(
        coalesce(date_diff('day', i.resolved_on, cast(r.reopened_at as date)) <= p.reopen_days, false) as boolean
    ) as reopened_within_limit,
    cast(
        coalesce(date_diff('day', cast(e.previous_at as date), i.reported_on) <= p.repeat_days, false) as boolean
    ) as repeated_within_limit
from due i
cross join staging.stg_cut_off cut
cross join staging.stg_parameters p
left join reopening r on r.issue_id = i.issue_id
left join earlier e on e.issue_id = i.issue_id
