-- What of the monthly exports (programme: data_quality.expected) holds rows of a village for a month, or of what a person has
-- said that there was nothing to report, and whether the first of them was received by the deadline of the next month. An
-- export of which the whole town never sent a row is expected of no village, and nothing is of the months before its first one: the
-- town does not keep it, or not yet. Belated rows of a month of which no file came are no report of it.
-- grain: month, village_id, export
-- sources: staging.stg_villages, staging.stg_unit_lives, staging.stg_months, staging.stg_expected_exports, staging.stg_parameters, intermediate.int_file_villages, intermediate.int_spoken_months, staging.stg_files
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
where coalesce(l.begins_on <= m.as_of, true) and coalesce(m.as_of < l.ends_on, true) and s.reason is distinct from 'before'
