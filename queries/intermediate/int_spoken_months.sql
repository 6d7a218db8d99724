-- Whether one export of events spoke for a village in a month. One rule for every export: the month is known where the village has
-- rows, or a person has said that there was nothing to report. Where it has none, the month is known if the town's files of the month
-- came and cover the village, so that the missing rows are a figure, 0:
-- came: some village of the town has rows in the month, and they are not belated rows only. A file of one month often brings some rows
--   of the months before it: issues written down late, or solved since. Where half of a file's rows and more are of one month, a month
--   with less than half as many, 7 or more fewer, is not the file's. Of a month that is no file's the rest is missing: its rows are no
--   figure of it. An export not due every month may have none: it came with the others,
--   where an export due every month spoke for the village, or where one file of it has rows before and after; but not where its
--   usual pace would have brought 7 rows or more since its last one.
-- cover: the files name half of the villages or more that as many rows as usual would name. Fewer, with 7 rows or more of the
--   others wanting, are the files of the villages they name and of no other. Usual is the middle of the six months before.
-- An export due every quarter, half-year or year comes once in it: rows of any of its months are the period's file, and speak for each of
-- its months; so does what a person said of any of them. A period without rows is of no file.
-- And chance must explain that a village alone has no row: of one that has 2 rows a month, one month without any is no surprise. How many
-- were to be expected is the village's share of the town's rows, of an export due every month over the months between its first and
-- its last, times the town's rows of the month. Of 7 expected, chance leaves none less often than once in 1,000 times (Poisson: exp(-7)).
-- grain: month, village_id, export
-- sources: staging.stg_villages, staging.stg_months, staging.stg_expected_exports, intermediate.int_file_villages, staging.stg_nothing_to_report
-- columns:
--   month: month
--   town: town
--   village_id: village
--   export: export of events that holds any row of the town
--   held: rows of the village in the month; of an export due every month, quarter, half-year or year 0 where they are belated rows only
--   expected: of a month without rows: rows to be expected in it and the months without rows beside it
--   is_nothing: a person has said that there was nothing to report
--   reason: null where the month is known; before: earlier than the town's first row of the export; no_file: no file of the month came; never: the village never had a row of an export due every month; silent: rows were to be expected
-- checks:
--   not_null: month, village_id, export, held
with periods as (
    select
        e.export,
        m.month,
        m.month_start,
        e.months,
        cast(
            date_trunc('year', m.month_start)
            + cast(floor(cast(extract(month from m.month_start) - 1 as double) / e.months) as integer) * e.months
            * interval '1' month as date
        ) as period_start
    from staging.stg_expected_exports e
    cross join staging.stg_months m
),

told as (
    select f.export, v.town, f.file_no, coalesce(p.period_start, f.month_start) as period_start, sum(f.told) as told
    from intermediate.int_file_villages f
    join staging.stg_villages v on v.village_id = f.village_id
    left join periods p on p.export = f.export and p.month_start = f.month_start
    where f.month_start is not null
    group by f.export, v.town, f.file_no, coalesce(p.period_start, f.month_start)
),

shaped as (
    select
        *,
        max(told) over (partition by export, town, file_no) as most,
        sum(told) over (partition by export, town, file_no) as in_all
    from told
),

-- Months that are some file's; of an export due once in several, the first day of its period.
owned as (
    select distinct export, town, period_start
    from shaped
    where 2 * most < in_all or 2 * told >= most or most - told < 7
),

counted as (
    select f.export, v.town, f.village_id, f.month_start, sum(f.held) as held
    from intermediate.int_file_villages f
    join staging.stg_villages v on v.village_id = f.village_id
    left join staging.stg_expected_exports e on e.export = f.export
    left join periods p on p.export = f.export and p.month_start = f.month_start
    left join owned o on o.export = f.export and o.town = v.town and o.period_start = coalesce(p.period_start, f.month_start)
    where f.month_start is not null and (o.export is not null or e.export is null)
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

-- Months between the first and the last row of one file.
spanned as (
    select f.export, v.town, f.file_no, min(f.month_start) as first_on, max(f.month_start) as last_on
    from intermediate.int_file_villages f
    join staging.stg_villages v on v.village_id = f.village_id
    where f.month_start is not null
    group by f.export, v.town, f.file_no
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
    select distinct s.of_export as export, v.village_id, coalesce(p.month, s.of_month) as month
    from said s
    join staging.stg_villages v on s.of_village is null or v.village_id = s.of_village
    left join periods o on o.export = s.of_export and o.month = s.of_month
    left join periods p on p.export = o.export and p.period_start = o.period_start
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
        coalesce(p.months = 1, false) as is_monthly,
        coalesce(p.months > 1, false) as is_periodic,
        sum(coalesce(t.held, 0)) over (partition by b.export, v.village_id, coalesce(p.period_start, m.month_start)) as period_held,
        n.export is not null as is_nothing
    from staging.stg_villages v
    cross join staging.stg_months m
    join begun b on b.town = v.town
    left join town_months t on t.export = b.export and t.town = v.town and t.month_start = m.month_start
    left join counted c on c.export = b.export and c.village_id = v.village_id and c.month_start = m.month_start
    left join periods p on p.export = b.export and p.month = m.month
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
    where g.town_held > 0 and (not g.is_monthly or g.month between o.first_month and o.last_month)
    group by g.export, g.village_id
),

town_course as (
    select
        b.export,
        b.town,
        m.month,
        coalesce(t.held, 0) as held,
        cast(date_diff('day', m.month_start, m.as_of) + 1 as double) / (date_diff('day', m.month_start, m.month_end) + 1) as elapsed,
        row_number() over (partition by b.export, b.town order by m.month) as number,
        avg(coalesce(t.held, 0)) over (
            partition by b.export, b.town order by m.month rows between unbounded preceding and 1 preceding
        ) as pace,
        sum(case when t.held > 0 then 1 else 0 end) over (partition by b.export, b.town order by m.month) as stretch
    from begun b
    join staging.stg_months m on m.month_start >= b.first_on
    left join town_months t on t.export = b.export and t.town = b.town and t.month_start = m.month_start
),

-- Rows that the pace of an export would have brought since its last one.
paced as (
    select
        export,
        town,
        month,
        pace * sum(case when held = 0 then elapsed else 0 end) over (partition by export, town, stretch order by month) as wanting
    from town_course
),

lately as (
    select
        c.export,
        c.town,
        c.month,
        c.elapsed,
        p.held,
        row_number() over (partition by c.export, c.town, c.month order by p.held) as place,
        count(*) over (partition by c.export, c.town, c.month) as months
    from town_course c
    join town_course p on p.export = c.export and p.town = c.town and p.number between c.number - 6 and c.number - 1 and p.held > 0
    where c.held > 0
),

-- The middle value, or the mean of the two in the middle, for as much of the month as is over.
usual as (
    select
        export,
        town,
        month,
        max(elapsed) * avg(held) filter (where place * 2 >= months and place * 2 <= months + 2) as held
    from lately
    where months >= 3
    group by export, town, month
),

-- Whether the files of a month are those of a few villages only.
named as (
    select
        c.export,
        c.town,
        c.month,
        2 * count(*) filter (where g.held > 0) < sum(1 - exp(-u.share * c.held))
        and sum(case when g.held = 0 then u.share * c.held else 0 end) >= 7 as is_partial
    from usual c
    join grid g on g.export = c.export and g.town = c.town and g.month = c.month
    join shares u on u.export = g.export and u.village_id = g.village_id
    join own o on o.export = g.export and o.village_id = g.village_id and o.first_month <= g.month
    group by c.export, c.town, c.month
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
                    over (
                        partition by n.export, n.village_id, n.stretch order by n.month -- in another order the last digit is another
                        rows between unbounded preceding and unbounded following
                    )
        end as expected
    from numbered n
),

due as (
    select
        w.*,
        case
            when w.held > 0 or w.is_nothing then null
            when w.month_start < w.first_on then 'before'
            when (w.is_monthly or w.is_periodic) and w.period_held = 0 then 'no_file'
            when w.is_monthly and w.share is null then 'never'
            when w.expected >= 7 or coalesce(n.is_partial, false) then 'silent'
        end as reason
    from weighed w
    left join named n on n.export = w.export and n.town = w.town and n.month = w.month
),

-- Villages and months for which an export due every month spoke.
delivered as (
    select village_id, month, count(*) filter (where reason is null) > 0 as is_delivered
    from due
    where is_monthly
    group by village_id, month
)

select
    cast(d.month as varchar) as month,
    cast(d.town as varchar) as town,
    cast(d.village_id as varchar) as village_id,
    cast(d.export as varchar) as export,
    cast(d.held as bigint) as held,
    cast(d.expected as double) as expected,
    cast(d.is_nothing as boolean) as is_nothing,
    cast(
        case
            when d.reason is not null or d.is_monthly or d.is_periodic or d.town_held > 0 or d.is_nothing then d.reason
            when p.wanting >= 7 then 'no_file'
            when e.is_delivered then null
            when exists (
                select 1
                from spanned s
                where s.export = d.export and s.town = d.town and s.first_on <= d.month_start and d.month_start <= s.last_on
            ) then null
            else 'no_file'
        end as varchar
    ) as reason
from due d
left join paced p on p.export = d.export and p.town = d.town and p.month = d.month
left join delivered e on e.village_id = d.village_id and e.month = d.month
