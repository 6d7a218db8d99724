-- One period that members are assessed or appraised for, that has ended by the cut-off: 2017, 2017H2, 2017Q3 or 2017-08.
-- grain: period
-- sources: exports.member_ratings, exports.appraisals, staging.stg_cut_off
-- columns:
--   period: as exported
--   period_start: first day
--   period_end: last day
-- checks:
--   not_null: period, period_start, period_end
with named as (
    select period from exports.member_ratings
    union
    select period from exports.appraisals
),

begun as (
    select
        n.period,
        case
            when substr(n.period, 5, 1) = 'H' then (try_cast(substr(n.period, 6, 1) as integer) - 1) * 6 + 1
            when substr(n.period, 5, 1) = 'Q' then (try_cast(substr(n.period, 6, 1) as integer) - 1) * 3 + 1
            when substr(n.period, 5, 1) = '-' then try_cast(substr(n.period, 6, 2) as integer)
            else 1
        end as first_month,
        case
            when substr(n.period, 5, 1) = 'H' then 6
            when substr(n.period, 5, 1) = 'Q' then 3
            when substr(n.period, 5, 1) = '-' then 1
            else 12
        end as months
    from named n
),

started as (
    select
        b.period,
        b.months,
        cast(try_cast(substr(b.period, 1, 4) || '-01-01' as date) + (b.first_month - 1) * interval '1' month as date) as period_start
    from begun b
),

ended as (
    select s.*, cast(s.period_start + s.months * interval '1' month - interval '1' day as date) as period_end
    from started s
)

select
    cast(e.period as varchar) as period,
    cast(e.period_start as date) as period_start,
    cast(e.period_end as date) as period_end
from ended e
cross join staging.stg_cut_off cut
where e.period_end <= cut.cut_off
