-- One issue as it was known at the cut-off: what happened later has not happened yet.
-- grain: issue_id
-- sources: exports.issues, staging.stg_villages, staging.stg_towns, staging.stg_parameters
-- columns:
--   issue_id: the exporter's number
--   town: town of the village
--   village_id: village the issue arose in
--   branch_id: grid branch; null where the exporter gives none
--   household_id: household that raised it
--   reporter_member_id: member who reported it
--   category: kind of issue
--   difficulty: easy, medium or hard
--   title: a few words
--   on_the_spot: solved when it was raised
--   reported_at: step 1, collected
--   classified_at: step 2
--   routed_at: step 3
--   routed_to: member, branch, village or town
--   resolved_at: step 4 ends
--   fed_back_at: step 5, the household was told
--   supervised_at: step 4 was pressed for
--   due_on: day of the deadline
--   due_at: the deadline with its time of day; null where the exporter gives only the day
--   satisfaction_answer: satisfied, neutral, dissatisfied; null: no answer
--   reopened_from: the earlier issue this one takes up again
--   reported_on: day of the report
--   resolved_on: day it was resolved
--   since_start: reported since the town's programme began
-- checks:
--   not_null: issue_id, reported_at, town
with known as (
    select i.*, cast(p.cut_off as timestamp) + interval '1' day as known_until
    from exports.issues i
    cross join staging.stg_parameters p
)

select
    cast(i.issue_id as varchar) as issue_id,
    cast(v.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(i.household_id as varchar) as household_id,
    cast(i.reporter_member_id as varchar) as reporter_member_id,
    cast(i.category as varchar) as category,
    cast(i.difficulty as varchar) as difficulty,
    cast(i.title as varchar) as title,
    cast(coalesce(i.on_the_spot, false) as boolean) as on_the_spot,
    cast(i.reported_at as timestamp) as reported_at,
    cast(case when i.classified_at < i.known_until then i.classified_at end as timestamp) as classified_at,
    cast(case when i.routed_at < i.known_until then i.routed_at end as timestamp) as routed_at,
    cast(case when i.routed_at >= i.known_until then null else i.routed_to end as varchar) as routed_to,
    cast(case when i.resolved_at < i.known_until then i.resolved_at end as timestamp) as resolved_at,
    cast(case when i.fed_back_at < i.known_until then i.fed_back_at end as timestamp) as fed_back_at,
    cast(case when i.supervised_at < i.known_until then i.supervised_at end as timestamp) as supervised_at,
    cast(i.due_on as date) as due_on,
    cast(case when i.due_on > cast(cast(i.due_on as date) as timestamp) then i.due_on end as timestamp) as due_at,
    cast(case when i.resolved_at < i.known_until then i.satisfaction end as varchar) as satisfaction_answer,
    cast(i.reopened_from as varchar) as reopened_from,
    cast(i.reported_at as date) as reported_on,
    cast(case when i.resolved_at < i.known_until then i.resolved_at end as date) as resolved_on,
    cast(coalesce(i.reported_at >= cast(t.programme_start as timestamp), true) as boolean) as since_start
from known i
left join staging.stg_villages v on v.village_id = i.village_id
left join staging.stg_towns t on t.town = v.town
where i.reported_at < i.known_until
