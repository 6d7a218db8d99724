-- One calendar month from the first event to the cut-off.
-- grain: month
-- sources: staging.stg_cut_off, exports.visits, exports.issues, exports.points, exports.meetings, exports.tasks
-- columns:
--   month: as text, 2018-01
--   month_start: first day
--   month_end: last day
--   as_of: the day the month is known as of: its last day, or the cut-off if that is earlier
-- checks:
--   not_null: month, month_start, month_end, as_of
with first_days as (
    select cast(min(visited_at) as date) as first_on from exports.visits
    union all
    select cast(min(reported_at) as date) from exports.issues
    union all
    select min(awarded_on) from exports.points
    union all
    select min(held_on) from exports.meetings
    union all
    select min(claimed_on) from exports.tasks
),

span as (
    select
        cast(date_trunc('month', earlier_of(min(f.first_on), max(cut.cut_off))) as date) as first_month,
        max(cut.cut_off) as cut_off
    from first_days f
    cross join staging.stg_cut_off cut
),

digits (digit) as (
    values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
),

-- 1,000 months: a record that begins earlier than that begins with a mistake in its first date.
months as (
    select cast(s.first_month + (a.digit * 100 + b.digit * 10 + c.digit) * interval '1' month as date) as month_start, s.cut_off
    from span s
    cross join digits a
    cross join digits b
    cross join digits c
)

select
    cast(month_text(month_start) as varchar) as month,
    cast(month_start as date) as month_start,
    cast(month_last_day(month_start) as date) as month_end,
    cast(earlier_of(month_last_day(month_start), cut_off) as date) as as_of
from months
where month_start <= cut_off
