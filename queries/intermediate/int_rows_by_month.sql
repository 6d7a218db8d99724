-- Rows read, accepted and quarantined, by the month their file speaks for; later files count in the month of the
-- cut-off. A refused row does not say which village it belongs to, so this is known of towns only: a file's town is
-- that of the rows it brought, or the only town there is.
-- grain: month, town
-- sources: ops.reconciliation, ops.files, ops.problems, staging.stg_towns, staging.stg_villages, staging.stg_months, staging.stg_parameters, intermediate.int_file_villages
-- columns:
--   month: month
--   town: town
--   village_id: null
--   rows_read: rows read, ignored ones left out
--   accepted: of those, accepted
--   quarantine_open: rows refused and not yet repaired
--   quarantine_repaired: rows refused and repaired since
--   quarantine_waived: rows refused and waived by a person
with files as (
    select
        f.file_no,
        month_text(
            later_of(earlier_of(coalesce(f.as_of, cast(f.received_at as date)), p.cut_off), m.first_on)
        ) as month
    from ops.files f
    cross join staging.stg_parameters p
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

refused as (
    select distinct file_no, sheet, "row", state
    from ops.problems
    where severity = 'refuse' and "row" > 0
),

counted as (
    select file_no, rows_read - ignored as rows_read, accepted, 0 as waiting, 0 as repaired, 0 as waived
    from ops.reconciliation
    union all
    select
        file_no,
        0,
        0,
        case when state = 'open' then 1 else 0 end,
        case when state = 'repaired' then 1 else 0 end,
        case when state = 'waived' then 1 else 0 end
    from refused
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
