-- One column of an export that rows of a village do not tell, because their files do not give it: of events month by month, of
-- lists whatever the month. A column of events that no row of the town ever tells is not told in any month, those without rows included.
-- What is counted by another day of an issue than its report is told by the month of that day: of the deadline, the resolution, the routing.
-- An issue of which that day is not known tells nothing, in the month of its report.
-- Funds are booked by year: a year of which the town has no entry is not told, nor is a number that is not filled in.
-- grain: village_id, export, column_id, dated, month
-- sources: intermediate.int_issues, intermediate.int_branch_places, staging.stg_branch_files, staging.stg_list_files, staging.stg_lacks, staging.stg_villages, staging.stg_funds, staging.stg_months, staging.stg_cut_off
-- columns:
--   village_id: village
--   export: the export
--   column_id: the column
--   dated: the day of a row by which its month is told: event, its own; of issues also due, resolved and routed
--   month: month of that day; null of a list, and where no month of the town tells it
--   is_all: no row tells it; else some do
--   reason: column: a file does not give it; of funds also blank: an entry leaves it open; no_file, before: the year has no entry, the last before the first that has
-- checks:
--   not_null: village_id, export, column_id, dated, is_all, reason
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
    where village_id is not null and exists (select 1 from lacking where export = 'issues')
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

-- Issues by the month of another of their days. Those of which it is known that they have no such day stand in no month.
dated_issues as (
    select 'due' as dated, coalesce(month_text(i.due_on), i.month) as counted_in, i.tells_deadline as is_dated, i.*
    from intermediate.int_issues i
    cross join staging.stg_cut_off cut
    where i.due_on <= cut.cut_off or not i.tells_deadline
    union all
    select 'resolved', coalesce(month_text(i.resolved_on), i.month), i.tells_resolution, i.*
    from intermediate.int_issues i
    where i.resolved_on is not null or not i.tells_resolution
    union all
    select 'routed', coalesce(month_text(cast(i.routed_at as date)), i.month), i.tells_handler, i.*
    from intermediate.int_issues i
    where i.routed_to is not null or not i.tells_handler
),

-- The columns that measures need which count issues by these days.
dated_columns (dated, column_id) as (
    values
        ('due', 'resolved_at'), ('due', 'due_on'),
        ('resolved', 'resolved_at'), ('resolved', 'fed_back_at'), ('resolved', 'satisfaction'),
        ('routed', 'routed_to')
),

dated_cells as (
    select
        i.dated,
        i.village_id,
        i.counted_in,
        c.column_id,
        i.is_dated and case c.column_id
            when 'due_on' then i.tells_deadline
            when 'routed_to' then i.tells_handler
            when 'resolved_at' then i.tells_resolution
            when 'fed_back_at' then i.tells_feedback
            when 'satisfaction' then i.tells_answer
        end as tells
    from dated_issues i
    join dated_columns c on c.dated = i.dated
    where i.village_id is not null and exists (select 1 from lacking where export = 'issues')
),

dated_told as (
    select
        dated,
        village_id,
        counted_in as month,
        column_id,
        bool_or(tells) as any_told,
        not bool_or(not tells) as all_told
    from dated_cells
    group by dated, village_id, counted_in, column_id
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

never_told as (
    select t.export, v.town, t.column_id
    from (
        select export, village_id, column_id, any_told from issues_told
        union all
        select export, village_id, column_id, any_told from events_told
    ) t
    join staging.stg_villages v on v.village_id = t.village_id
    group by t.export, v.town, t.column_id
    having not bool_or(t.any_told)
),

fund_columns (column_id) as (
    values ('beneficiaries'), ('amount_yuan')
),

fund_years as (
    select v.town, f.year
    from staging.stg_funds f
    join staging.stg_villages v on v.village_id = f.village_id
    group by v.town, f.year
),

first_fund_years as (
    select town, min(year) as first_year
    from fund_years
    group by town
),

-- What an entry of a fund leaves open, and the years without an entry.
funds_untold as (
    select f.village_id, m.month, c.column_id, min(case when l.file_no is null then 'blank' else 'column' end) as reason
    from staging.stg_funds f
    join staging.stg_months m on extract(year from m.month_start) = f.year
    cross join fund_columns c
    left join lacking l on l.export = 'funds' and l.file_no = f.file_no and l.column_id = c.column_id
    where case c.column_id when 'amount_yuan' then f.amount_yuan is null else f.kind = 'scholarship' and f.beneficiaries is null end
    group by f.village_id, m.month, c.column_id
    union all
    select v.village_id, m.month, c.column_id, case when extract(year from m.month_start) < s.first_year then 'before' else 'no_file' end
    from staging.stg_villages v
    cross join staging.stg_months m
    cross join fund_columns c
    left join first_fund_years s on s.town = v.town
    left join fund_years y on y.town = v.town and y.year = extract(year from m.month_start)
    where y.year is null
),

told as (
    select
        n.export,
        v.village_id,
        'event' as dated,
        cast(null as varchar) as month,
        n.column_id,
        false as any_told,
        false as all_told,
        'column' as reason
    from never_told n
    join staging.stg_villages v on v.town = n.town
    union all
    select export, village_id, 'event', month, column_id, any_told, all_told, 'column' from issues_told
    union all
    select 'issues', village_id, dated, month, column_id, any_told, all_told, 'column' from dated_told
    union all
    select export, village_id, 'event', month, column_id, any_told, all_told, 'column' from events_told
    union all
    select export, village_id, 'event', cast(null as varchar), column_id, any_told, any_told, 'column' from lists_told
    union all
    select 'funds', village_id, 'event', month, column_id, false, false, reason from funds_untold
)

select
    cast(village_id as varchar) as village_id,
    cast(export as varchar) as export,
    cast(column_id as varchar) as column_id,
    cast(dated as varchar) as dated,
    cast(month as varchar) as month,
    cast(not any_told as boolean) as is_all,
    cast(reason as varchar) as reason
from told
where not all_told
