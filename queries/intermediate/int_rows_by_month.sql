-- Rows read, accepted and quarantined, by the month their file speaks for; later files count in the month of the
-- cut-off. A row counts once, as it was handed in last: of a file and its marked copies the newest whole copy of a table
-- counts, and a refused row that a newer file brings again counts there. A refused row does not say which village it
-- belongs to, so this is known of towns only: a file's town is that of the rows it brought, or the only town there is.
-- grain: month, town
-- sources: staging.stg_file_tables, staging.stg_files, staging.stg_refused_rows, staging.stg_towns, staging.stg_villages, staging.stg_months, intermediate.int_file_villages
-- columns:
--   month: month
--   town: town
--   village_id: null
--   rows_read: rows read, ignored ones and those that count elsewhere left out
--   accepted: of those, accepted
--   quarantine_open: rows refused and not yet repaired
--   quarantine_repaired: rows refused and repaired since
--   quarantine_waived: rows refused and waived by a person
with files as (
    select
        f.file_no,
        month_text(later_of(f.speaks_for, m.first_on)) as month
    from staging.stg_files f
    cross join (select min(month_start) as first_on from staging.stg_months) m
),

only_town as (
    select case when count(*) = 1 then max(town) end as town
    from staging.stg_towns
),

file_towns as (
    select v.file_no, case when count(distinct t.town) = 1 then max(t.town) end as town
    from intermediate.int_file_villages v
    join staging.stg_villages t on t.village_id = v.village_id
    group by v.file_no
),

newest as (
    select first_no, sheet, export, max(file_no) as file_no
    from staging.stg_file_tables
    where is_whole_copy
    group by first_no, sheet, export
),

counting as (
    select l.file_no, l.sheet, l.export, l.rows_read, l.accepted
    from staging.stg_file_tables l
    left join newest n on n.first_no = l.first_no and n.sheet = l.sheet and n.export = l.export
    where n.file_no is null or l.file_no >= n.file_no
),

counted as (
    select file_no, rows_read, accepted, 0 as waiting, 0 as repaired, 0 as waived
    from counting
    union all
    select r.file_no, -1, 0, 0, 0, 0
    from staging.stg_refused_rows r
    join counting c on c.file_no = r.file_no and c.sheet = r.sheet and c.export = r.export
    where r.is_kept and r.state in ('carried', 'repaired')
    union all
    select
        file_no,
        0,
        0,
        case when state = 'open' then 1 else 0 end,
        case when state = 'repaired' then 1 else 0 end,
        case when state = 'waived' then 1 else 0 end
    from staging.stg_refused_rows
)

select
    cast(f.month as varchar) as month,
    cast(coalesce(t.town, o.town) as varchar) as town,
    cast(null as varchar) as village_id,
    cast(sum(c.rows_read) as bigint) as rows_read,
    cast(sum(c.accepted) as bigint) as accepted,
    cast(sum(c.waiting) as bigint) as quarantine_open,
    cast(sum(c.repaired) as bigint) as quarantine_repaired,
    cast(sum(c.waived) as bigint) as quarantine_waived
from counted c
join files f on f.file_no = c.file_no
cross join only_town o
left join file_towns t on t.file_no = c.file_no
where coalesce(t.town, o.town) is not null
group by f.month, coalesce(t.town, o.town)
