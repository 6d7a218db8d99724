-- What of the monthly exports (programme: data_quality.expected) holds rows of a village for a month, or of what a person has
-- said that there was nothing to report, and whether the first of them was received by the deadline of the next month. An
-- export of which the whole town never sent a row is expected of no village, and nothing is of the months before its first one: the
-- town does not keep it, or not yet. Belated rows of a month of which no file came are no report of it.
-- An export due every quarter, half-year or year is expected once in it, of its last month, when its deadline has passed or it came before: it
-- came where nothing of the period is unknown of the village.
-- grain: month, village_id, export
-- sources: staging.stg_villages, staging.stg_unit_lives, staging.stg_months, staging.stg_expected_exports, staging.stg_parameters, staging.stg_cut_off, intermediate.int_file_villages, intermediate.int_spoken_months, staging.stg_files
-- columns:
--   month: month
--   town: town
--   village_id: village
--   export: the export expected
--   expected: 1
--   received: 1 with any row of the village for the month, or nothing to report
--   in_time: 1 if the first such row came by the deadline
with first_received as (
    select r.export, r.village_id, r.month_start, min(f.received_on) as received_on
    from intermediate.int_file_villages r
    left join staging.stg_files f on f.file_no = r.file_no
    group by r.export, r.village_id, r.month_start
),

-- Every month of the periods of exports that are due once in several, with the last month of its period.
periods as (
    select
        e.export,
        m.month,
        m.month_start,
        l.month as last_month,
        l.month_start as last_start,
        l.as_of
    from staging.stg_expected_exports e
    cross join staging.stg_months m
    join staging.stg_months l
        on mod(extract(month from l.month_start), e.months) = 0
        and l.month_start >= m.month_start and l.month_start < m.month_start + e.months * interval '1' month
    where e.months > 1
),

periodic as (
    select
        p.last_month as month,
        v.town,
        v.village_id,
        p.export,
        p.last_start,
        p.as_of,
        sum(case when s.reason is null then 0 else 1 end) as lacking,
        count(*) filter (where s.is_nothing) as nothings,
        min(t.received_on) as received_on
    from staging.stg_villages v
    cross join periods p
    join intermediate.int_spoken_months s on s.export = p.export and s.village_id = v.village_id and s.month = p.month
    left join (
        select r.export, v.town, r.month_start, min(r.received_on) as received_on
        from first_received r
        join staging.stg_villages v on v.village_id = r.village_id
        group by r.export, v.town, r.month_start
    ) t on t.export = p.export and t.town = v.town and t.month_start = p.month_start
    where s.reason is distinct from 'before'
    group by p.last_month, v.town, v.village_id, p.export, p.last_start, p.as_of
)

select
    cast(m.month as varchar) as month,
    cast(v.town as varchar) as town,
    cast(v.village_id as varchar) as village_id,
    cast(e.export as varchar) as export,
    cast(1 as integer) as expected,
    cast(
        case when s.is_nothing or r.export is not null and s.reason is distinct from 'no_file' then 1 else 0 end as integer
    ) as received,
    cast(
        case
            when s.reason = 'no_file' then 0
            when r.received_on < m.month_start + interval '1' month + p.deadline_day * interval '1' day then 1
            when r.export is null and s.is_nothing then 1
            else 0
        end as integer
    ) as in_time
from staging.stg_villages v
cross join staging.stg_months m
cross join staging.stg_expected_exports e
cross join staging.stg_parameters p
left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = v.village_id
join intermediate.int_spoken_months s on s.export = e.export and s.village_id = v.village_id and s.month = m.month
left join first_received r on r.export = e.export and r.village_id = v.village_id and r.month_start = m.month_start
-- Nothing is expected of a village before it was, or after: its month is the one it stood at the end of.
where e.months = 1 and coalesce(l.begins_on <= m.as_of, true) and coalesce(m.as_of < l.ends_on, true) and s.reason is distinct from 'before'
union all
select
    cast(c.month as varchar),
    cast(c.town as varchar),
    cast(c.village_id as varchar),
    cast(c.export as varchar),
    cast(1 as integer),
    cast(case when c.lacking = 0 then 1 else 0 end as integer),
    cast(
        case
            when c.lacking > 0 then 0
            when c.received_on < c.last_start + interval '1' month + p.deadline_day * interval '1' day then 1
            when c.received_on is null and c.nothings > 0 then 1
            else 0
        end as integer
    )
from periodic c
cross join staging.stg_parameters p
cross join staging.stg_cut_off o
left join staging.stg_unit_lives l on l.level = 'village' and l.unit_id = c.village_id
where coalesce(l.begins_on <= c.as_of, true) and coalesce(c.as_of < l.ends_on, true)
    and (c.lacking = 0 or cast(o.cut_off as date) >= c.last_start + interval '1' month + p.deadline_day * interval '1' day)
