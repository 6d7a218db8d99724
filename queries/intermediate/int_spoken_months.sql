-- Whether one export of events spoke for a village in a month. A month with rows of the village is known. So is one without
-- any where a person has said that there was nothing to report, or where the town's other villages have rows and chance alone
-- explains none: of a village that has 2 rows a month, one month without any is no surprise. How many were to be expected is
-- the village's share of the town's rows, over the months between its first and its last, times the town's rows of the month.
-- Where that is 7 or more, chance leaves none less often than once in 1,000 times (Poisson: exp(-7)): the village did not report.
-- grain: month, village_id, export
-- sources: staging.stg_villages, staging.stg_months, staging.stg_expected_exports, intermediate.int_file_villages, staging.stg_nothing_to_report
-- columns:
--   month: month
--   town: town
--   village_id: village
--   export: export of events that holds any row of the town
--   held: rows of the village in the month
--   expected: of a month without rows: rows to be expected in it and the months without rows beside it
--   is_nothing: a person has said that there was nothing to report
--   reason: null where the month is known; before: earlier than the town's first row of the export; no_file: no village of the town has a row in the month; never: the village never had one; silent: rows were to be expected
-- checks:
--   not_null: month, village_id, export, held
with counted as (
    select f.export, v.town, f.village_id, f.month_start, sum(f.held) as held
    from intermediate.int_file_villages f
    join staging.stg_villages v on v.village_id = f.village_id
    where f.month_start is not null
    group by f.export, v.town, f.village_id, f.month_start
),

town_months as (
    select export, town, month_start, sum(held) as held
    from counted
    group by export, town, month_start
),

begun as (
    select export, town, min(month_start) as first_on
    from town_months
    where held > 0
    group by export, town
),

said as (
    select
        of_export,
        of_village,
        of_month,
        back,
        row_number() over (partition by of_export, of_village, of_month order by entered_at desc, entry_id desc) as place
    from staging.stg_nothing_to_report
),

nothing as (
    select distinct s.of_export as export, v.village_id, s.of_month as month
    from said s
    join staging.stg_villages v on s.of_village is null or v.village_id = s.of_village
    where s.place = 1 and not s.back
),

grid as (
    select
        v.town,
        v.village_id,
        b.export,
        m.month,
        m.month_start,
        b.first_on,
        coalesce(t.held, 0) as town_held,
        coalesce(c.held, 0) as held,
        e.export is not null as is_monthly,
        n.export is not null as is_nothing
    from staging.stg_villages v
    cross join staging.stg_months m
    join begun b on b.town = v.town
    left join town_months t on t.export = b.export and t.town = v.town and t.month_start = m.month_start
    left join counted c on c.export = b.export and c.village_id = v.village_id and c.month_start = m.month_start
    left join staging.stg_expected_exports e on e.export = b.export
    left join nothing n on n.export = b.export and n.village_id = v.village_id and n.month = m.month
),

own as (
    select export, village_id, min(month) as first_month, max(month) as last_month
    from grid
    where held > 0
    group by export, village_id
),

shares as (
    select g.export, g.village_id, cast(sum(g.held) as double) / sum(g.town_held) as share
    from grid g
    join own o on o.export = g.export and o.village_id = g.village_id
    where g.town_held > 0 and g.month between o.first_month and o.last_month
    group by g.export, g.village_id
),

numbered as (
    select
        g.*,
        u.share,
        sum(case when g.held > 0 then 1 else 0 end) over (partition by g.export, g.village_id order by g.month) as stretch
    from grid g
    left join shares u on u.export = g.export and u.village_id = g.village_id
),

weighed as (
    select
        n.*,
        case
            when n.held = 0 then
                sum(case when n.held = 0 then n.town_held * n.share end)
                    over (partition by n.export, n.village_id, n.stretch)
        end as expected
    from numbered n
)

select
    cast(month as varchar) as month,
    cast(town as varchar) as town,
    cast(village_id as varchar) as village_id,
    cast(export as varchar) as export,
    cast(held as bigint) as held,
    cast(expected as double) as expected,
    cast(is_nothing as boolean) as is_nothing,
    cast(
        case
            when held > 0 or is_nothing then null
            when month_start < first_on then 'before'
            when not is_monthly then null
            when town_held = 0 then 'no_file'
            when share is null then 'never'
            when expected >= 7 then 'silent'
        end as varchar
    ) as reason
from weighed
