-- One issue as it was known at the cut-off: what happened later has not happened yet.
-- grain: issue_id
-- sources: exports.issues, history.issues, ops.lacks, staging.stg_villages, staging.stg_towns, staging.stg_cut_off
-- columns:
--   issue_id: the exporter's number
--   town: town of the village
--   village_id: village the issue arose in
--   branch_id: grid branch; null where the exporter gives none
--   household_id: household that raised it
--   reporter_member_id: member who reported it
--   at_round_table: whether it was raised at an evening round-table
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
--   responsible_cadre_id: cadre who holds it now; null before it was routed
--   supervisor_id: cadre who supervises it
--   due_on: day of the deadline
--   due_at: the deadline with its time of day; null where the exporter gives only the day
--   satisfaction_answer: satisfied, neutral, dissatisfied; null: no answer
--   reopened_from: the earlier issue this one takes up again
--   reported_on: day of the report
--   resolved_on: day it was resolved
--   since_start: reported since the town's programme began
--   tells_spot: whether on_the_spot is known, if only to be empty: the row's file gives the column, or that of an older row of
--     the issue did. The columns below say the same of others
--   tells_household: its household_id
--   tells_deadline: its due_on
--   tells_supervision: its supervised_at
--   tells_classification: its classified_at
--   tells_routing: its routed_at
--   tells_handler: its routed_to
--   tells_holder: its responsible_cadre_id
--   tells_supervisor: its supervisor_id
--   tells_resolution: its resolved_at
--   tells_feedback: its fed_back_at
--   tells_answer: its satisfaction
--   tells_reopening: its reopened_from
-- checks:
--   not_null: issue_id, reported_at, town
with lacking as (
    select
        file_no,
        bool_or(column_id = 'on_the_spot') as on_the_spot,
        bool_or(column_id = 'household_id') as household_id,
        bool_or(column_id = 'due_on') as due_on,
        bool_or(column_id = 'supervised_at') as supervised_at,
        bool_or(column_id = 'classified_at') as classified_at,
        bool_or(column_id = 'routed_at') as routed_at,
        bool_or(column_id = 'routed_to') as routed_to,
        bool_or(column_id = 'responsible_cadre_id') as responsible_cadre_id,
        bool_or(column_id = 'supervisor_id') as supervisor_id,
        bool_or(column_id = 'resolved_at') as resolved_at,
        bool_or(column_id = 'fed_back_at') as fed_back_at,
        bool_or(column_id = 'satisfaction') as satisfaction,
        bool_or(column_id = 'reopened_from') as reopened_from
    from ops.lacks
    where export = 'issues'
    group by file_no
),

-- What older rows of an issue told still holds where the newest file lacks the column.
told_before as (
    select
        h.issue_id,
        bool_or(not coalesce(l.on_the_spot, false)) as on_the_spot,
        bool_or(not coalesce(l.household_id, false)) as household_id,
        bool_or(not coalesce(l.due_on, false)) as due_on,
        bool_or(not coalesce(l.supervised_at, false)) as supervised_at,
        bool_or(not coalesce(l.classified_at, false)) as classified_at,
        bool_or(not coalesce(l.routed_at, false)) as routed_at,
        bool_or(not coalesce(l.routed_to, false)) as routed_to,
        bool_or(not coalesce(l.responsible_cadre_id, false)) as responsible_cadre_id,
        bool_or(not coalesce(l.supervisor_id, false)) as supervisor_id,
        bool_or(not coalesce(l.resolved_at, false)) as resolved_at,
        bool_or(not coalesce(l.fed_back_at, false)) as fed_back_at,
        bool_or(not coalesce(l.satisfaction, false)) as satisfaction,
        bool_or(not coalesce(l.reopened_from, false)) as reopened_from
    from history.issues h
    left join lacking l on l.file_no = h._file
    where exists (select 1 from lacking)
    group by h.issue_id
),

known as (
    select i.*, cast(cut.cut_off as timestamp) + interval '1' day as known_until
    from exports.issues i
    cross join staging.stg_cut_off cut
)

select
    cast(i.issue_id as varchar) as issue_id,
    cast(v.town as varchar) as town,
    cast(i.village_id as varchar) as village_id,
    cast(i.branch_id as varchar) as branch_id,
    cast(i.household_id as varchar) as household_id,
    cast(i.reporter_member_id as varchar) as reporter_member_id,
    cast(i.at_round_table as boolean) as at_round_table,
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
    cast(case when i.routed_at >= i.known_until then null else i.responsible_cadre_id end as varchar) as responsible_cadre_id,
    cast(case when i.routed_at >= i.known_until then null else i.supervisor_id end as varchar) as supervisor_id,
    cast(i.due_on as date) as due_on,
    cast(case when i.due_on > cast(cast(i.due_on as date) as timestamp) then i.due_on end as timestamp) as due_at,
    cast(case when i.resolved_at < i.known_until then i.satisfaction end as varchar) as satisfaction_answer,
    cast(i.reopened_from as varchar) as reopened_from,
    cast(i.reported_at as date) as reported_on,
    cast(case when i.resolved_at < i.known_until then i.resolved_at end as date) as resolved_on,
    cast(coalesce(i.reported_at >= cast(t.programme_start as timestamp), true) as boolean) as since_start,
    cast(tells(i.on_the_spot is not null, l.on_the_spot, b.on_the_spot) as boolean) as tells_spot,
    cast(tells(i.household_id is not null, l.household_id, b.household_id) as boolean) as tells_household,
    cast(tells(i.due_on is not null, l.due_on, b.due_on) as boolean) as tells_deadline,
    cast(tells(i.supervised_at is not null, l.supervised_at, b.supervised_at) as boolean) as tells_supervision,
    cast(tells(i.classified_at is not null, l.classified_at, b.classified_at) as boolean) as tells_classification,
    cast(tells(i.routed_at is not null, l.routed_at, b.routed_at) as boolean) as tells_routing,
    cast(tells(i.routed_to is not null, l.routed_to, b.routed_to) as boolean) as tells_handler,
    cast(tells(i.responsible_cadre_id is not null, l.responsible_cadre_id, b.responsible_cadre_id) as boolean) as tells_holder,
    cast(tells(i.supervisor_id is not null, l.supervisor_id, b.supervisor_id) as boolean) as tells_supervisor,
    cast(tells(i.resolved_at is not null, l.resolved_at, b.resolved_at) as boolean) as tells_resolution,
    cast(tells(i.fed_back_at is not null, l.fed_back_at, b.fed_back_at) as boolean) as tells_feedback,
    cast(tells(i.satisfaction is not null, l.satisfaction, b.satisfaction) as boolean) as tells_answer,
    cast(tells(i.reopened_from is not null, l.reopened_from, b.reopened_from) as boolean) as tells_reopening
from known i
left join lacking l on l.file_no = i._file
left join told_before b on b.issue_id = i.issue_id
left join staging.stg_villages v on v.village_id = i.village_id
left join staging.stg_towns t on t.town = v.town
where i.reported_at < i.known_until
