-- One column of an export that rows of a village do not tell, because their files do not give it: of events month by month, of
-- lists whatever the month.
-- grain: village_id, export, column_id, month
-- sources: intermediate.int_issues, intermediate.int_branch_places, staging.stg_branch_files, staging.stg_list_files, staging.stg_lacks
-- columns:
--   village_id: village
--   export: the export
--   column_id: the column
--   month: month of the events; null of a list
--   is_all: no row tells it; else some do
-- checks:
--   not_null: village_id, export, column_id, is_all
with lacking as (
    select file_no, export, column_id
    from staging.stg_lacks
),

issues as (
    select
        village_id,
        month,
        bool_or(tells_spot) as any_spot,
        not bool_or(not tells_spot) as all_spot,
        bool_or(tells_household) as any_household,
        not bool_or(not tells_household) as all_household,
        bool_or(tells_deadline) as any_deadline,
        not bool_or(not tells_deadline) as all_deadline,
        bool_or(tells_supervision) as any_supervision,
        not bool_or(not tells_supervision) as all_supervision,
        bool_or(tells_classification) as any_classification,
        not bool_or(not tells_classification) as all_classification,
        bool_or(tells_routing) as any_routing,
        not bool_or(not tells_routing) as all_routing,
        bool_or(tells_handler) as any_handler,
        not bool_or(not tells_handler) as all_handler,
        bool_or(tells_resolution) as any_resolution,
        not bool_or(not tells_resolution) as all_resolution,
        bool_or(tells_feedback) as any_feedback,
        not bool_or(not tells_feedback) as all_feedback,
        bool_or(tells_answer) as any_answer,
        not bool_or(not tells_answer) as all_answer,
        bool_or(tells_reopening) as any_reopening,
        not bool_or(not tells_reopening) as all_reopening
    from intermediate.int_issues
    where village_id is not null
    group by village_id, month
),

issue_columns (column_id) as (
    values
        ('on_the_spot'), ('household_id'), ('due_on'), ('supervised_at'), ('classified_at'), ('routed_at'), ('routed_to'),
        ('resolved_at'), ('fed_back_at'), ('satisfaction'), ('reopened_from')
),

issues_told as (
    select
        'issues' as export,
        i.village_id,
        i.month,
        c.column_id,
        case c.column_id
            when 'on_the_spot' then i.any_spot
            when 'household_id' then i.any_household
            when 'due_on' then i.any_deadline
            when 'supervised_at' then i.any_supervision
            when 'classified_at' then i.any_classification
            when 'routed_at' then i.any_routing
            when 'routed_to' then i.any_handler
            when 'resolved_at' then i.any_resolution
            when 'fed_back_at' then i.any_feedback
            when 'satisfaction' then i.any_answer
            when 'reopened_from' then i.any_reopening
        end as any_told,
        case c.column_id
            when 'on_the_spot' then i.all_spot
            when 'household_id' then i.all_household
            when 'due_on' then i.all_deadline
            when 'supervised_at' then i.all_supervision
            when 'classified_at' then i.all_classification
            when 'routed_at' then i.all_routing
            when 'routed_to' then i.all_handler
            when 'resolved_at' then i.all_resolution
            when 'fed_back_at' then i.all_feedback
            when 'satisfaction' then i.all_answer
            when 'reopened_from' then i.all_reopening
        end as all_told
    from issues i
    cross join issue_columns c
),

-- Of the exports below only the rows of files that lack something are looked at one by one.
events_told as (
    select
        e.export,
        p.village_id,
        e.month,
        c.column_id,
        bool_or(l.file_no is null) as any_told,
        not bool_or(l.file_no is not null) as all_told
    from staging.stg_branch_files e
    join (select distinct export, column_id from lacking) c on c.export = e.export
    join intermediate.int_branch_places p on p.branch_id = e.branch_id and p.month = e.month
    left join lacking l on l.file_no = e.file_no and l.export = e.export and l.column_id = c.column_id
    where p.village_id is not null
    group by e.export, p.village_id, e.month, c.column_id
),

-- A village's list tells a column where any of its rows came from a file that gives it: a later list without the column
-- leaves what stood there.
lists_told as (
    select s.export, s.village_id, c.column_id, bool_or(l.file_no is null) as any_told
    from staging.stg_list_files s
    join (select distinct export, column_id from lacking) c on c.export = s.export
    left join lacking l on l.file_no = s.file_no and l.export = s.export and l.column_id = c.column_id
    where s.village_id is not null
    group by s.export, s.village_id, c.column_id
),

told as (
    select export, village_id, month, column_id, any_told, all_told from issues_told
    union all
    select export, village_id, month, column_id, any_told, all_told from events_told
    union all
    select export, village_id, cast(null as varchar), column_id, any_told, any_told from lists_told
)

select
    cast(village_id as varchar) as village_id,
    cast(export as varchar) as export,
    cast(column_id as varchar) as column_id,
    cast(month as varchar) as month,
    cast(not any_told as boolean) as is_all
from told
where not all_told
